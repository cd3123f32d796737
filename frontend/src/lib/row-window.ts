/** How many rows one request brings: what is in sight, and as much again above and below. */
export const windowRows = 200;

/** The window moves in steps of this many rows, so that it overlaps with the one before. */
const step = 50;

/** Where the window begins when this row is the first in sight: at least one step above. */
export function offsetFor(first: number): number {
  return Math.max(0, Math.floor(first / step) - 1) * step;
}
