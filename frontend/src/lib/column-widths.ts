import { Store } from './store';

/** Column widths in pixels set by the user, by key; other columns have the table's default. */
export type ColumnWidths = Readonly<Record<string, number>>;

export const narrowest = 48;
export const widest = 1600;

/** A whole number of pixels that a column may be wide. */
export function limitWidth(width: number): number {
  return Math.round(Math.min(widest, Math.max(narrowest, width)));
}

/** Reads stored widths; invalid ones are left out. */
export function parseWidths(text: string | null): ColumnWidths {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) {
    return {};
  }
  const widths = Object.entries(stored).filter(([, width]) => typeof width === 'number') as [string, number][];
  return Object.fromEntries(widths.map(([key, width]) => [key, limitWidth(width)]));
}

const stores = new Map<string, Store<ColumnWidths>>();
const keyOf = (table: string) => `platform.columns.${table}`;

/** The stored widths of a table's columns. */
export function columnWidths(table: string): Store<ColumnWidths> {
  let store = stores.get(table);
  if (!store) {
    store = new Store(parseWidths(localStorage.getItem(keyOf(table))));
    stores.set(table, store);
  }
  return store;
}

/** Sets and stores column widths; undefined for the default. */
export function setColumnWidths(table: string, changes: Readonly<Record<string, number | undefined>>): void {
  const store = columnWidths(table);
  const text = JSON.stringify({ ...store.get(), ...changes });
  localStorage.setItem(keyOf(table), text);
  store.set(parseWidths(text));
}
