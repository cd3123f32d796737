/** What is known of a list: rows that follow one another, and whether the list begins and ends with them. */
export interface Stretch<Row> {
  /** Another list has another key. */
  key: string;
  loaded: readonly Row[];
  isStart: boolean;
  isEnd: boolean;
}

/**
 * The keys of rows that a list no longer has: those that were between two that it still has, or between these and its ends.
 * Of others nothing is known: rows that came before them may have pushed them out of what is loaded.
 */
export function departed<Row>(before: Stretch<Row>, now: Stretch<Row>, keyOf: (row: Row) => string): string[] {
  const kept = new Set(now.loaded.map(keyOf));
  const keys = before.loaded.map(keyOf);
  const first = before.isStart && now.isStart ? -1 : keys.findIndex(key => kept.has(key));
  const last = before.isEnd && now.isEnd ? keys.length : keys.findLastIndex(key => kept.has(key));
  return keys.filter((key, index) => index > first && index < last && !kept.has(key));
}

/** The selected rows that are still in the list, as far as that is known. */
export function remaining<Row>(
  selected: ReadonlyMap<string, Row>,
  before: Stretch<Row>,
  now: Stretch<Row>,
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row> {
  if (selected.size === 0) {
    return selected;
  }
  const kept = new Set(now.loaded.map(keyOf));
  const gone = new Set(
    now.isStart && now.isEnd ? [...selected.keys()].filter(key => !kept.has(key)) : departed(before, now, keyOf),
  );
  const rest = [...selected].filter(([key]) => !gone.has(key));
  return rest.length === selected.size ? selected : new Map(rest);
}

/** Selected rows in the order of their list; those that are not loaded come last. */
export function inOrder<Row>(
  selected: ReadonlyMap<string, Row>,
  loaded: readonly Row[],
  keyOf: (row: Row) => string,
): Row[] {
  if (selected.size < 2) {
    // As in most renderings, of which each would look at all loaded rows.
    return [...selected.values()];
  }
  const places = new Map(loaded.map((row, index) => [keyOf(row), index]));
  const placeOf = ([key]: [string, Row]) => places.get(key) ?? loaded.length;
  return [...selected].sort((a, b) => placeOf(a) - placeOf(b)).map(([, row]) => row);
}

/** The rows from one to another, in either direction; only the other where the first is not loaded. */
export function range<Row>(rows: readonly Row[], from: string | null, to: Row, keyOf: (row: Row) => string): Row[] {
  const keys = rows.map(keyOf);
  const [start, end] = [from === null ? -1 : keys.indexOf(from), keys.indexOf(keyOf(to))];
  return start < 0 || end < 0 ? [to] : rows.slice(Math.min(start, end), Math.max(start, end) + 1);
}
