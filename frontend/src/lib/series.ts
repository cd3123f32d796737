/** One metric of a run: equally long columns. */
export interface Series {
  key: string;
  steps: number[];
  /** Seconds since 1970. */
  times: number[];
  values: number[];
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

/** Adds points as they come: a step that is known already keeps its place and takes the new value. */
export function addPoints(all: readonly Series[], points: readonly Point[]): Series[] {
  const changed = new Map<string, Series>();
  for (const point of points) {
    let series = changed.get(point.key);
    if (!series) {
      const known = all.find(one => one.key === point.key);
      series = known
        ? { key: known.key, steps: [...known.steps], times: [...known.times], values: [...known.values] }
        : { key: point.key, steps: [], times: [], values: [] };
      changed.set(point.key, series);
    }
    insert(series, point);
  }
  const result = all.map(series => changed.get(series.key) ?? series);
  for (const series of changed.values()) {
    if (!all.some(one => one.key === series.key)) {
      result.push(series);
    }
  }
  return result.sort((a, b) => a.key.localeCompare(b.key));
}

function insert(series: Series, point: Point): void {
  let place = series.steps.length;
  while (place > 0 && (series.steps[place - 1] ?? 0) > point.step) {
    place--;
  }
  const known = place > 0 && series.steps[place - 1] === point.step;
  const at = known ? place - 1 : place;
  const remove = known ? 1 : 0;
  series.steps.splice(at, remove, point.step);
  series.times.splice(at, remove, Date.parse(point.at) / 1000);
  series.values.splice(at, remove, readValue(point.value));
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

/** A curve as a table that spreadsheets read. */
export function toCsv({ key, steps, times, values }: Series): string {
  const name = /[",\r\n]/.test(key) ? `"${key.replaceAll('"', '""')}"` : key;
  const rows = steps.map(
    (step, index) => `${step},${new Date((times[index] ?? 0) * 1000).toISOString()},${values[index]}`,
  );
  return `${[`step,time,${name}`, ...rows].join('\r\n')}\r\n`;
}
