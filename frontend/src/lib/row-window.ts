/** Rows per request: the visible ones, and as many above and below. */
export const windowRows = 200;

/** The window moves in steps of this many rows, so that it overlaps with the one before. */
const step = 50;

/** The start of the window for the first visible row: at least one step above it. */
export function offsetFor(first: number): number {
  return Math.max(0, Math.floor(first / step) - 1) * step;
}
