import { useState } from 'react';
import { inOrder, range, remaining, type Stretch } from './selection';

export interface Selection<Row> {
  /** In the order of the list, not of the clicks. */
  rows: Row[];
  has: (row: Row) => boolean;
  set: (rows: readonly Row[], isSelected: boolean) => void;
  /** Sets one row or, from the one that was set before, all up to it. */
  toggle: (row: Row, isSelected: boolean, isRange: boolean) => void;
  /** Takes out rows that are known to have left the list. */
  drop: (keys: readonly string[]) => void;
  clear: () => void;
}

/** Selected rows of a list, as long as they are in it. Another list has none. */
export function useSelection<Row>(
  list: Stretch<Row>,
  keyOf: (row: Row) => string,
  /** Called when the user selects something and nothing was selected before. */
  onBegin: () => void,
): Selection<Row> {
  const [state, setState] = useState<State<Row>>(() => stateOf(list));
  let current = state;
  if (state.list.key !== list.key) {
    current = stateOf(list);
    setState(current);
  } else if (state.list.loaded !== list.loaded || state.list.isEnd !== list.isEnd) {
    current = { ...state, list, rows: remaining(state.rows, state.list, list, keyOf) };
    setState(current);
  }
  const change = (changed: readonly Row[], isSelected: boolean, anchor: string | null) => {
    if (current.rows.size === 0 && isSelected) {
      onBegin();
    }
    setState(before => {
      const rows = new Map(before.rows);
      changed.forEach(row => (isSelected ? rows.set(keyOf(row), row) : rows.delete(keyOf(row))));
      return { ...before, rows, anchor };
    });
  };
  return {
    rows: inOrder(current.rows, list.loaded, keyOf),
    has: row => current.rows.has(keyOf(row)),
    set: (changed, isSelected) => change(changed, isSelected, null),
    toggle: (row, isSelected, isRange) =>
      change(isRange ? range(list.loaded, current.anchor, row, keyOf) : [row], isSelected, keyOf(row)),
    drop: keys =>
      setState(before => {
        const gone = new Set(keys);
        return { ...before, rows: new Map([...before.rows].filter(([key]) => !gone.has(key))) };
      }),
    clear: () => setState(before => ({ ...before, rows: new Map(), anchor: null })),
  };
}

interface State<Row> {
  list: Stretch<Row>;
  rows: ReadonlyMap<string, Row>;
  /** The row that a range begins with. */
  anchor: string | null;
}

function stateOf<Row>(list: Stretch<Row>): State<Row> {
  return { list, rows: new Map(), anchor: null };
}
