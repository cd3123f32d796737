/** How many rows are above the visible ones in each list, with the part of the one cut off, by the entry in the history that showed it. */
const places = new Map<string, number>();
/** The oldest places are forgotten. */
const most = 500;

/** Where a list was when it was last shown at this entry; 0 for one that was not. */
export function placeOf(entry: string): number {
  return places.get(entry) ?? 0;
}

/** Remembers how many rows are above the visible ones, for when Back or Forward leads to the list. */
export function setPlace(entry: string, rows: number): void {
  places.delete(entry);
  if (rows > 0) {
    places.set(entry, rows);
  }
  if (places.size > most) {
    places.delete(places.keys().next().value!);
  }
}
