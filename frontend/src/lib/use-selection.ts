import { useState } from 'react';

export interface Selection<Row> {
  rows: Row[];
  has: (row: Row) => boolean;
  set: (rows: readonly Row[], isSelected: boolean) => void;
  clear: () => void;
}

/** Selected rows of a list. Another list, which has another name, has none. */
export function useSelection<Row>(list: string, keyOf: (row: Row) => string): Selection<Row> {
  const [state, setState] = useState({ list, rows: new Map<string, Row>() });
  const rows = state.list === list ? state.rows : new Map<string, Row>();
  return {
    rows: [...rows.values()],
    has: row => rows.has(keyOf(row)),
    set: (changed, isSelected) => {
      const next = new Map(rows);
      changed.forEach(row => (isSelected ? next.set(keyOf(row), row) : next.delete(keyOf(row))));
      setState({ list, rows: next });
    },
    clear: () => setState({ list, rows: new Map() }),
  };
}
