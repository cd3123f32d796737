import { compareMetrics } from './natural-order';

/** Points as equally long columns. */
export interface Columns {
  steps: number[];
  /** Seconds since 1970. */
  times: number[];
  values: number[];
}

/** One metric of a run, in the order of its steps: it is what the training in its last attempt stands on. */
export interface Series extends Columns {
  key: string;
  /**
   * What a training that went back logged before that: an attempt that starts from nothing, or from a checkpoint, logs steps again. The
   * API says no attempts, but times.
   */
  earlier: Columns[];
  /** The time of the newest point. */
  newest: number;
  /** Whether the newest point is one of an earlier step: the next one tells whether the training went back. */
  isOpen: boolean;
}

export interface Point {
  key: string;
  step: number;
  at: string;
  value: number | string;
}

/** NaN and the infinities travel as strings. */
export function readValue(value: number | string | null): number {
  return typeof value === 'number' ? value : value === null ? Number.NaN : Number(value);
}

/** A series of points in any order. */
export function toSeries(key: string, points: Columns): Series {
  const series = { key, steps: [], times: [], values: [], earlier: [], newest: -Infinity, isOpen: false };
  appendAll(series, ordered(points));
  return series;
}

/** The same series in the order of its times: points that came late have a later time than those of the steps after them. */
export function byTime(series: Series): Series {
  const points = ordered(series);
  return points === series ? series : { ...series, ...points };
}

/** Where there are values without one on either side, which no line shows; null when there are none. */
export function loneValues(values: ArrayLike<number | null | undefined>, from: number, to: number): number[] | null {
  const found: number[] = [];
  for (let index = Math.max(0, from); index <= Math.min(to, values.length - 1); index++) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) {
      found.push(index);
    }
  }
  return found.length > 0 ? found : null;
}

/** All points of a series in the order in which they were logged. */
export function inOrder(series: Series): Columns {
  return ordered(joined([...series.earlier, series]));
}

function joined(all: readonly Columns[]): Columns {
  return {
    steps: all.flatMap(one => one.steps),
    times: all.flatMap(one => one.times),
    values: all.flatMap(one => one.values),
  };
}

/** Points in the order of their times, and those of one time in that of their steps, as they are as a rule already. */
function ordered(points: Columns): Columns {
  const { steps, times, values } = points;
  const compare = (a: number, b: number) => times[a]! - times[b]! || steps[a]! - steps[b]!;
  if (steps.every((_, index) => index === 0 || compare(index - 1, index) <= 0)) {
    return points;
  }
  const order = steps.map((_, index) => index).sort(compare);
  return {
    steps: order.map(index => steps[index]!),
    times: order.map(index => times[index]!),
    values: order.map(index => values[index]!),
  };
}

/** Adds points as they come. */
export function addPoints(all: readonly Series[], points: readonly Point[]): Series[] {
  const added = new Map<string, Columns>();
  for (const point of points) {
    let columns = added.get(point.key);
    if (!columns) {
      columns = { steps: [], times: [], values: [] };
      added.set(point.key, columns);
    }
    columns.steps.push(point.step);
    columns.times.push(Date.parse(point.at) / 1000);
    columns.values.push(readValue(point.value));
  }
  const result = all.map(series => {
    const columns = added.get(series.key);
    added.delete(series.key);
    return columns ? extended(series, columns) : series;
  });
  if (added.size === 0) {
    return result;
  }
  result.push(...[...added].map(([key, columns]) => toSeries(key, columns)));
  return result.sort((a, b) => compareMetrics(a.key, b.key));
}

/** A series with further points: they are put at its end, and only where one is late all are ordered again. */
function extended(series: Series, added: Columns): Series {
  const { key, steps, times, values, earlier, newest } = series;
  const further = ordered(added);
  const first = further.times[0] ?? Infinity;
  if (series.isOpen || first < newest || (first === newest && further.steps[0]! < steps.at(-1)!)) {
    return toSeries(key, joined([...earlier, series, further]));
  }
  const result = {
    ...series,
    steps: steps.slice(),
    times: times.slice(),
    values: values.slice(),
    earlier: earlier.slice(),
  };
  appendAll(result, further);
  return result;
}

function appendAll(series: Series, points: Columns): void {
  points.steps.forEach((_, index) => append(series, points, index));
}

/**
 * Adds the newest point. A training went back when two points in a row are of steps before the last: what it had logged from there on is
 * of before. A single one is late, or of another process that logs the same metric.
 */
function append(series: Series, points: Columns, index: number): void {
  const { steps, times, values, earlier } = series;
  const [step, time, value] = [points.steps[index]!, points.times[index]!, points.values[index]!];
  const next = points.steps[index + 1];
  const last = steps.at(-1) ?? -Infinity;
  series.newest = time;
  series.isOpen = step <= last;
  let place = steps.length;
  while (place > 0 && steps[place - 1]! >= step) {
    place--;
  }
  if (next !== undefined && step < next && next < last) {
    earlier.push({ steps: steps.splice(place), times: times.splice(place), values: values.splice(place) });
  }
  // A point that comes twice is one point.
  const isSame = steps[place] === step && times[place] === time;
  while (!isSame && steps[place] === step) {
    place++;
  }
  steps.splice(place, Number(isSame), step);
  times.splice(place, Number(isSame), time);
  values.splice(place, Number(isSame), value);
}

/**
 * An exponential moving average that is not drawn towards zero at its start.
 * @param weight 0 (as it is) to below 1 (very smooth). Values that are not finite are kept and not averaged.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) {
    return [...values];
  }
  let sum = 0;
  let count = 0;
  return values.map(value => {
    if (!Number.isFinite(value)) {
      return value;
    }
    sum = sum * weight + value * (1 - weight);
    count++;
    return sum / (1 - weight ** count);
  });
}

/** A curve as a table that spreadsheets read, with the points of all attempts. */
export function toCsv(series: Series): string {
  const { key } = series;
  const { steps, times, values } = inOrder(series);
  const name = /[",\r\n]/.test(key) ? `"${key.replaceAll('"', '""')}"` : key;
  const rows = steps.map(
    (step, index) => `${step},${new Date((times[index] ?? 0) * 1000).toISOString()},${values[index]}`,
  );
  return `${[`step,time,${name}`, ...rows].join('\r\n')}\r\n`;
}
