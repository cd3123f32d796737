import { useEffect, useEffectEvent, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { atLeast, drawnUnit, logRange, logTicks, stepTicks } from '../../lib/chart-ticks';
import { formatTicks, formatValue } from '../../lib/format';
import { useLocale, useText } from '../../lib/i18n/i18n';
import { byTime, loneValues, smooth, type Series } from '../../lib/series';
import { drawLines, earlierLines, withLines, withValues, type Line } from './earlier';
import { timeLabelLength, timeTicks } from '../../lib/time-ticks';

export interface Zoom {
  min: number;
  max: number;
}

/** The point under the cursor. */
export interface Point {
  /** A step, or seconds since 1970. */
  x: number;
  value: number;
}

export interface ChartProps {
  series: Series;
  x: 'step' | 'time';
  smoothing: number;
  logarithmic: boolean;
  /** What part of the x axis all charts show; null for everything. */
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
  /** Called as the cursor moves over any of the charts; null when it leaves them. */
  onPoint: (point: Point | null) => void;
  /** The charts are redrawn when it changes. */
  scheme: string;
}

const height = 180;
const syncKey = 'curves';
/** How much of the values' range is left free above and below them. */
const valuePadding = 0.1;
const wholeSteps = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map(part => part * 10 ** power)).flat();
/** How wide a digit of a label is, in pixels, and how wide what is around it. */
const digitWidth = 6.5;
const labelMargin = 16;
/** The least distance of two labels beside each other. */
const labelGap = 8;
/** The least distance of two ticks of the step axis, however short their labels. */
const stepSpace = 40;

const leastTimeSpace = 64;
const leastRightRoom = 22;

/** What a drawing asks its component for while it lives. */
interface Live {
  series: () => Series;
  /** By what the values are divided to be drawn. */
  unit: () => number;
  /** What is drawn of earlier attempts. */
  earlier: () => readonly Line[];
  zoom: () => Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
  onPoint: (point: Point | null) => void;
}

/** The drawing of one metric over steps or time. Cursors and zoom are shared by all charts of a page. */
export function Chart({ series: all, x, smoothing, logarithmic, zoom, onZoom, onPoint, scheme }: ChartProps) {
  const t = useText();
  const locale = useLocale();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const series = useMemo(() => (x === 'step' ? all : byTime(all)), [all, x]);
  const unit = useMemo(
    () => (logarithmic ? 1 : drawnUnit([series, ...series.earlier].flatMap(one => one.values))),
    [series, logarithmic],
  );
  const readUnit = useEffectEvent(() => unit);
  const readData = useEffectEvent(() => toData(series, x, smoothing, logarithmic, unit));
  const readSeries = useEffectEvent(() => series);
  const lines = useMemo(
    () => earlierLines(series.earlier, x, smoothing, value => drawnValue(value, logarithmic, unit)),
    [series.earlier, x, smoothing, logarithmic, unit],
  );
  const readLines = useEffectEvent(() => lines);
  const readZoom = useEffectEvent(() => zoom);
  const changeZoom = useEffectEvent((to: Zoom | null) => onZoom(to));
  const tellPoint = useEffectEvent((point: Point | null) => onPoint(point));

  useEffect(() => {
    const element = frame.current;
    if (!element) {
      return;
    }
    const live: Live = {
      series: () => readSeries(),
      unit: () => readUnit(),
      earlier: () => readLines(),
      zoom: () => readZoom(),
      onZoom: to => changeZoom(to),
      onPoint: point => tellPoint(point),
    };
    const made = new uPlot(options(element.clientWidth, x, logarithmic, locale, live), readData(), element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [x, logarithmic, scheme, locale]);

  useEffect(() => {
    plot.current?.setData(toData(series, x, smoothing, logarithmic, unit));
  }, [series, x, smoothing, logarithmic, unit, zoom]);

  return <div ref={frame} role="img" aria-label={t('curves.chart', { key: series.key })} />;
}

/** What cannot be drawn becomes a gap. */
function drawnValue(value: number, logarithmic: boolean, unit: number): number | null {
  return Number.isFinite(value) && !(logarithmic && value <= 0) ? value / unit : null;
}

function toData(
  series: Series,
  x: 'step' | 'time',
  smoothing: number,
  logarithmic: boolean,
  unit: number,
): uPlot.AlignedData {
  const drawn = (value: number) => drawnValue(value, logarithmic, unit);
  const plain = series.values.map(drawn);
  const smoothed = smooth(series.values, smoothing).map(drawn);
  return [x === 'step' ? series.steps : series.times, smoothing > 0 ? plain : plain.map(() => null), smoothed];
}

function options(width: number, x: 'step' | 'time', logarithmic: boolean, locale: string, live: Live): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => resolveColour(style.getPropertyValue(name));
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height,
    padding: [10, plot => rightRoom(plot, x), null, null],
    legend: { show: false },
    scales: {
      // The library's own range of a single moment is years long.
      x: {
        time: x === 'time',
        range: plot => rangeOf(live.zoom(), ...withLines(endsOf(plot.data[0]), live.earlier()), leastSpan[x]),
      },
      y: {
        distr: logarithmic ? 3 : 1,
        range: (_, min, max) => {
          const { min: from, max: to } = live.zoom() ?? { min: -Infinity, max: Infinity };
          const [low, high] = withValues([min, max], live.earlier(), from, to);
          return logarithmic
            ? logRange(low, high)
            : low === null || high === null
              ? [null, null]
              : uPlot.rangeNum(low, high, valuePadding, true);
        },
      },
    },
    axes: [
      { ...axis, ...(x === 'step' ? stepAxis : timeAxis(locale)) },
      { ...axis, ...valueAxis(logarithmic, live) },
    ],
    series: [
      {},
      { stroke: colour('--curve-raw'), width: 1, points: { show: false } },
      { stroke: colour('--accent'), width: 1.75, points: { show: isSparse, filter: lonePoints, size: 5 } },
    ],
    // The same height means another value in each chart.
    cursor: { y: false, sync: { key: syncKey, setSeries: false }, drag: { x: true, y: false, setScale: false } },
    hooks: {
      setCursor: [plot => live.onPoint(pointAt(plot, live.series(), live.unit()))],
      drawAxes: [plot => drawLines(plot, live.earlier(), colour('--curve-raw'))],
      draw: [plot => markNotFinite(plot, live.series(), colour('--bad'))],
      setSelect: [
        plot => {
          if (plot.select.width > 2) {
            const from = plot.posToVal(plot.select.left, 'x');
            live.onZoom({ min: from, max: plot.posToVal(plot.select.left + plot.select.width, 'x') });
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          }
        },
      ],
      ready: [plot => plot.over.addEventListener('dblclick', () => live.onZoom(null))],
    },
  };
}

/** Whether each point has its dot. */
function isSparse(_plot: uPlot, _series: number, from: number, to: number): boolean {
  return to - from < 40;
}

/** The points that have a dot although there are many: no line leads to them. */
function lonePoints(plot: uPlot, series: number, areShown: boolean): number[] | null {
  const [from, to] = plot.series[0]?.idxs ?? [0, -1];
  return areShown ? null : loneValues(plot.data[series] ?? [], from, to);
}

/** What the label of a step takes, in pixels. */
function stepRoom(step: number): number {
  return labelGap + digitWidth * formatValue(Math.round(step)).length;
}

/** The last label is centred on its tick, which may be at the end of the axis: half of it is beside the chart. */
function rightRoom(plot: uPlot, x: 'step' | 'time'): number {
  const { min, max } = plot.scales.x ?? {};
  const width = x === 'step' ? stepRoom(max ?? 0) : digitWidth * timeLabelLength((max ?? 0) - (min ?? 0));
  return Math.max(leastRightRoom, Math.ceil(width / 2));
}

const stepAxis: uPlot.Axis = {
  size: 26,
  incrs: wholeSteps,
  space: (_plot, _axis, _from, to) => Math.max(stepSpace, stepRoom(to)),
  splits: (plot, _axis, from, to, increment) =>
    stepTicks([from, to], increment, gap => (gap / (to - from)) * plot.over.clientWidth >= stepRoom(to)),
  values: (_plot, splits) => splits.map(formatValue),
};

/** Two lines of labels with their dates. */
function timeAxis(locale: string): uPlot.Axis {
  return {
    size: 40,
    space: (_plot, _axis, from, to) => Math.max(leastTimeSpace, labelGap + digitWidth * timeLabelLength(to - from)),
    values: (_plot, splits, _axis, _space, increment) => timeTicks(splits, increment, locale),
  };
}

/** As wide as its labels. */
function valueAxis(logarithmic: boolean, { unit }: Live): uPlot.Axis {
  return {
    size: (_plot, labels: string[] | null) =>
      labelMargin + digitWidth * Math.max(3, ...(labels ?? []).map(label => label.length)),
    values: (_plot, splits) => formatTicks(splits.map(split => split * unit())),
    ...(logarithmic && { splits: (_plot, _axis, from, to) => logTicks([from, to]), filter: (_plot, splits) => splits }),
  };
}

function endsOf(xs: ArrayLike<number>): [number | null, number | null] {
  return [xs[0] ?? null, xs[xs.length - 1] ?? null];
}

/** How much an axis shows at least: steps, or seconds. */
const leastSpan = { step: 1, time: 1 };

function rangeOf(zoom: Zoom | null, min: number | null, max: number | null, least: number): [number, number] {
  if (zoom) {
    return [zoom.min, zoom.max];
  }
  return atLeast([min ?? 0, max ?? 1], least);
}

/** The point under the cursor: as it is drawn, or as it was logged where it is not. */
function pointAt(plot: uPlot, series: Series, unit: number): Point | null {
  const { idx, left } = plot.cursor;
  if (idx === null || idx === undefined || (left ?? -1) < 0) {
    return null;
  }
  const x = plot.data[0][idx];
  const drawn = plot.data[2]?.[idx];
  const value = drawn == null ? series.values[idx] : drawn * unit;
  return x === undefined || value === undefined ? null : { x, value };
}

/** A cross at the foot of the chart for each NaN and each infinity. */
function markNotFinite(plot: uPlot, { values }: Series, colour: string): void {
  const { ctx, bbox } = plot;
  const size = 3.5 * devicePixelRatio;
  const y = bbox.top + bbox.height - size;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  values.forEach((value, index) => {
    const at = plot.data[0][index];
    if (Number.isFinite(value) || at === undefined) {
      return;
    }
    const x = plot.valToPos(at, 'x', true);
    if (x >= bbox.left && x <= bbox.left + bbox.width) {
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x - size, y + size);
      ctx.lineTo(x + size, y - size);
    }
  });
  ctx.stroke();
  ctx.restore();
}

/** A canvas knows no light-dark(); an element's computed colour is plain. */
function resolveColour(value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
