/** A page of a list; the last one where the list has become shorter than the chosen page. */
export function pageOf<T>(items: readonly T[], size: number, chosen: number) {
  const last = Math.max(0, Math.ceil(items.length / size) - 1);
  const page = Math.min(chosen, last);
  const first = page * size;
  return { page, last, first, shown: items.slice(first, first + size) };
}
