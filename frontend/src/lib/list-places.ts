/*
 * How many rows are above the visible ones in each list, with the part of the one cut off, by the entry in the history that showed it.
 * A reload keeps the entry, and so the places: they are written down when the page goes.
 */
const key = 'platform.places';
/** The oldest places are forgotten. */
const most = 500;

const places = parsePlaces(sessionStorage.getItem(key));

addEventListener('pagehide', () => {
  try {
    sessionStorage.setItem(key, JSON.stringify([...places]));
  } catch {
    // Full: the lists then begin at their first row.
  }
});

/** Reads stored places; invalid ones are left out. */
export function parsePlaces(text: string | null): Map<string, number> {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '[]');
  } catch {
    return new Map();
  }
  return new Map(
    (Array.isArray(stored) ? stored : []).filter(
      (one): one is [string, number] =>
        Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number' && one[1] > 0,
    ),
  );
}

/** Where a list was when it was last shown at this entry; 0 for one that was not. */
export function placeOf(entry: string): number {
  return places.get(entry) ?? 0;
}

/** Remembers how many rows are above the visible ones, for when Back, Forward or a reload leads to the list. */
export function setPlace(entry: string, rows: number): void {
  places.delete(entry);
  if (rows > 0) {
    places.set(entry, rows);
  }
  if (places.size > most) {
    places.delete(places.keys().next().value!);
  }
}

/**
 * How many rows of any height are above the visible ones, with the part of the one cut off.
 * @param topOf Where a row begins, from the upper edge of what is visible; also the end of the last, as that of one after it.
 */
export function rowsAbove(count: number, topOf: (index: number) => number): number {
  let [first, last] = [0, count];
  while (first < last) {
    const middle = (first + last + 1) >> 1;
    [first, last] = topOf(middle) <= 0 ? [middle, last] : [first, middle - 1];
  }
  const cut = -topOf(first);
  return first === count ? count : first + Math.max(0, cut / (topOf(first + 1) - topOf(first)));
}
