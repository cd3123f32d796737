const names = new Intl.Collator('en', { numeric: true });

/** The order of names for people: metric_2 comes before metric_10, and a before B. */
export function compareNames(one: string, other: string): number {
  return names.compare(one, other);
}

const isOfSystem = (key: string) => key.startsWith('system/');

/** The order of metrics: by name, and after them what was measured of the machine. */
export function compareMetrics(one: string, other: string): number {
  return Number(isOfSystem(one)) - Number(isOfSystem(other)) || compareNames(one, other);
}

/** Names and values, such as parameters, by name. */
export function byName<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => compareNames(one, other)));
}

/** A list with what belongs to the primary metric before the rest, which stays in its order. */
export function primaryFirst<T>(items: readonly T[], primary: string | undefined, keyOf: (item: T) => string): T[] {
  const isFirst = (item: T) => keyOf(item) === primary;
  return [...items.filter(isFirst), ...items.filter(item => !isFirst(item))];
}
