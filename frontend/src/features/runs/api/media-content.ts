import { exactText, parseExact } from '../../../lib/exact-json';
import { formatValue } from '../../../lib/format';

// Files are whatever was uploaded: what is not as it should be is null.

export interface Table {
  columns: string[];
  data: unknown[][];
  /** Which columns have numbers that are written as text. */
  areNumbers?: boolean[];
}

export interface Histogram {
  counts: number[];
  /** The bounds of the bins, one more than there are bins. */
  edges: number[];
}

export function readTable(text: string): Table | null {
  const table = parse(text, parseExact) as Partial<Table> | null;
  return Array.isArray(table?.columns) && Array.isArray(table.data) && table.data.every(Array.isArray)
    ? { columns: table.columns.map(String), data: table.data }
    : null;
}

export function readHistogram(text: string): Histogram | null {
  const { counts, edges } = (parse(text) ?? {}) as Partial<Histogram>;
  return areNumbers(counts) && areNumbers(edges) && counts.length > 0 && edges.length === counts.length + 1
    ? { counts, edges }
    : null;
}

function parse(text: string, read: (text: string) => unknown = JSON.parse): unknown {
  try {
    return read(text);
  } catch {
    return null;
  }
}

function areNumbers(values: unknown): values is number[] {
  return Array.isArray(values) && values.every(value => typeof value === 'number' && Number.isFinite(value));
}

/** A value of a table as text; a number that is not whole with few digits. */
export function cellText(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? formatValue(value) : wholeText(value);
}

/** The same with all digits. */
export function wholeText(value: unknown): string {
  return value === null || value === undefined ? '–' : typeof value === 'string' ? value : exactText(value);
}

/** The bounds of bins of the same width that all of the histograms fit in. */
export function commonEdges(histograms: readonly Histogram[], bins: number): number[] {
  const low = Math.min(...histograms.map(({ edges }) => edges[0]!));
  const high = Math.max(...histograms.map(({ edges }) => edges.at(-1)!));
  const [from, to] = low < high ? [low, high] : [low - 0.5, high + 0.5];
  return Array.from({ length: bins + 1 }, (_, index) => from + (index / bins) * (to - from));
}

/** What a histogram has in other bins: the count of a bin is spread evenly over those that it meets. */
export function rebin({ counts, edges }: Histogram, bounds: readonly number[]): number[] {
  const result = bounds.slice(1).map(() => 0);
  const last = result.length - 1;
  counts.forEach((count, bin) => {
    const [low, high] = [edges[bin]!, edges[bin + 1]!];
    result.forEach((_, place) => {
      const [from, to] = [bounds[place]!, bounds[place + 1]!];
      if (high > low) {
        result[place]! += count * (Math.max(0, Math.min(high, to) - Math.max(low, from)) / (high - low));
      } else if (low >= from && (low < to || (place === last && low <= to))) {
        result[place]! += count;
      }
    });
  });
  return result;
}

/** At most so many of a list, spread evenly, with its first and last. */
export function spread<T>(items: readonly T[], most: number): T[] {
  return items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!);
}
