/** The first visible row of each list, by the entry in the history that showed it. */
const places = new Map<string, number>();
/** The oldest places are forgotten. */
const most = 500;

/** Where a list was when it was last shown at this entry; 0 for one that was not. */
export function placeOf(entry: string): number {
  return places.get(entry) ?? 0;
}

/** Remembers the first visible row of a list, for when Back or Forward leads to it. */
export function setPlace(entry: string, index: number): void {
  places.delete(entry);
  if (index > 0) {
    places.set(entry, index);
  }
  if (places.size > most) {
    places.delete(places.keys().next().value!);
  }
}
