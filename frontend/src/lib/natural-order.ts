const names = new Intl.Collator('en', { numeric: true });

/** The order of names for people: metric_2 comes before metric_10. */
export function compareNames(one: string, other: string): number {
  return names.compare(one, other);
}

const isOfSystem = (key: string) => key.startsWith('system/');

/** The order of metrics: by name, and after them what was measured of the machine. */
export function compareMetrics(one: string, other: string): number {
  return Number(isOfSystem(one)) - Number(isOfSystem(other)) || compareNames(one, other);
}
