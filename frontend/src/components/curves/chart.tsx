import { useEffect, useEffectEvent, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatValue } from '../../lib/format';
import { useLocale, useText } from '../../lib/i18n/i18n';
import { smooth, type Series } from '../../lib/series';
import { timeTicks } from '../../lib/time-ticks';

export interface Zoom {
  min: number;
  max: number;
}

export interface ChartProps {
  series: Series;
  x: 'step' | 'time';
  smoothing: number;
  logarithmic: boolean;
  /** What part of the x axis all charts show; null for everything. */
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
  /** The charts are redrawn when it changes. */
  scheme: string;
}

const height = 180;
const syncKey = 'curves';
const wholeSteps = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map(part => part * 10 ** power)).flat();

/** The drawing of one metric over steps or time. Cursors and zoom are shared by all charts of a page. */
export function Chart({ series, x, smoothing, logarithmic, zoom, onZoom, scheme }: ChartProps) {
  const t = useText();
  const locale = useLocale();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const readData = useEffectEvent(() => toData(series, x, smoothing));
  const readZoom = useEffectEvent(() => zoom);
  const changeZoom = useEffectEvent((to: Zoom | null) => onZoom(to));

  useEffect(() => {
    const element = frame.current;
    if (!element) {
      return;
    }
    const made = new uPlot(
      options(
        element.clientWidth,
        x,
        logarithmic,
        locale,
        () => readZoom(),
        to => changeZoom(to),
      ),
      readData(),
      element,
    );
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
    plot.current?.setData(toData(series, x, smoothing));
  }, [series, x, smoothing, zoom]);

  return <div ref={frame} role="img" aria-label={t('curves.chart', { key: series.key })} />;
}

function toData(series: Series, x: 'step' | 'time', smoothing: number): uPlot.AlignedData {
  const finite = series.values.map(value => (Number.isFinite(value) ? value : null));
  const smoothed = smooth(series.values, smoothing).map(value => (Number.isFinite(value) ? value : null));
  return [x === 'step' ? series.steps : series.times, smoothing > 0 ? finite : finite.map(() => null), smoothed];
}

function options(
  width: number,
  x: 'step' | 'time',
  logarithmic: boolean,
  locale: string,
  zoom: () => Zoom | null,
  onZoom: (zoom: Zoom | null) => void,
): uPlot.Options {
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
    legend: { show: false },
    scales: {
      x: { time: x === 'time', range: (_, min, max) => rangeOf(zoom(), min, max) },
      y: { distr: logarithmic ? 3 : 1 },
    },
    axes: [
      { ...axis, ...(x === 'step' ? { size: 26, incrs: wholeSteps } : timeAxis(locale)) },
      { ...axis, size: 56, values: (_, splits) => splits.map(value => (value === null ? '' : formatValue(value))) },
    ],
    series: [
      {},
      { stroke: colour('--curve-raw'), width: 1, points: { show: false } },
      { stroke: colour('--accent'), width: 1.75, points: { show: (_u, _s, from, to) => to - from < 40, size: 5 } },
    ],
    cursor: { sync: { key: syncKey, setSeries: false }, drag: { x: true, y: false, setScale: false } },
    plugins: [valueHint(locale)],
    hooks: {
      setSelect: [
        plot => {
          if (plot.select.width > 2) {
            const from = plot.posToVal(plot.select.left, 'x');
            onZoom({ min: from, max: plot.posToVal(plot.select.left + plot.select.width, 'x') });
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          }
        },
      ],
      ready: [plot => plot.over.addEventListener('dblclick', () => onZoom(null))],
    },
  };
}

/** Two lines of labels with their dates. */
function timeAxis(locale: string): uPlot.Axis {
  return {
    size: 40,
    space: 64,
    values: (_plot, splits, _axis, _space, increment) => timeTicks(splits, increment, locale),
  };
}

function rangeOf(zoom: Zoom | null, min: number | null, max: number | null): [number, number] {
  if (zoom) {
    return [zoom.min, zoom.max];
  }
  const from = min ?? 0;
  const to = max ?? 1;
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}

/** The value under the cursor, beside it. */
function valueHint(locale: string): uPlot.Plugin {
  const hint = document.createElement('div');
  hint.className = 'chart-hint';
  return {
    hooks: {
      init: plot => plot.over.append(hint),
      setCursor: plot => {
        const { idx, left } = plot.cursor;
        const value = idx === null || idx === undefined ? undefined : (plot.data[2]?.[idx] ?? plot.data[1]?.[idx]);
        const at = idx === null || idx === undefined ? undefined : plot.data[0][idx];
        hint.hidden = value === undefined || value === null || at === undefined || (left ?? -1) < 0;
        if (!hint.hidden) {
          const time = plot.scales.x?.time
            ? new Date((at ?? 0) * 1000).toLocaleTimeString(locale, { hourCycle: 'h23' })
            : String(at);
          hint.textContent = `${time}: ${formatValue(value ?? 0)}`;
          hint.dataset.side = (left ?? 0) > plot.over.clientWidth / 2 ? 'left' : 'right';
        }
      },
    },
  };
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
