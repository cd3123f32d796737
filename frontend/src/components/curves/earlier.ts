import type uPlot from 'uplot';
import { smooth, type Columns } from '../../lib/series';

/** What is drawn of the points that a training logged before it went back: lines of their own, as no step has two values in one. */
export interface Line {
  xs: number[];
  /** Null for a gap. */
  values: (number | null)[];
}

type Extent = [min: number | null, max: number | null];

/** The lines of pieces that are at least that: single points are steps that were logged twice. */
export function earlierLines(
  earlier: readonly Columns[],
  x: 'step' | 'time',
  smoothing: number,
  drawn: (value: number) => number | null,
): Line[] {
  return earlier
    .filter(piece => piece.steps.length > 1)
    .map(piece => ({
      xs: x === 'step' ? piece.steps : piece.times,
      values: smooth(piece.values, smoothing).map(drawn),
    }));
}

/** An extent of the x axis with that of the lines. */
export function withLines([min, max]: Extent, lines: readonly Line[]): Extent {
  return lines.reduce<Extent>((extent, { xs }) => including(including(extent, xs[0]), xs.at(-1)), [min, max]);
}

/** An extent of the values with that of the lines between two places of the x axis. */
export function withValues([min, max]: Extent, lines: readonly Line[], from: number, to: number): Extent {
  let extent: Extent = [min, max];
  for (const { xs, values } of lines) {
    values.forEach((value, index) => {
      if (xs[index]! >= from && xs[index]! <= to) {
        extent = including(extent, value);
      }
    });
  }
  return extent;
}

function including([min, max]: Extent, value: number | null | undefined): Extent {
  return value === null || value === undefined
    ? [min, max]
    : [min === null ? value : Math.min(min, value), max === null ? value : Math.max(max, value)];
}

/** Draws the lines below the curve. */
export function drawLines(plot: uPlot, lines: readonly Line[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (const { xs, values } of lines) {
    let isBegun = false;
    values.forEach((value, index) => {
      if (value === null) {
        isBegun = false;
        return;
      }
      const left = plot.valToPos(xs[index]!, 'x', true);
      const top = plot.valToPos(value, 'y', true);
      if (isBegun) {
        ctx.lineTo(left, top);
      } else {
        ctx.moveTo(left, top);
        isBegun = true;
      }
    });
  }
  ctx.stroke();
  ctx.restore();
}
