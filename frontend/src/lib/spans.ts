const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** Reads a span of time as it is typed, such as `10m`, `1h 30m` or `90`, in whole seconds; undefined when it is none. */
export function parseSpan(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  if (/^\d+$/.test(typed)) {
    return Number(typed);
  }
  if (!/^(\d+\s*[dhms]\s*)+$/.test(typed)) {
    return undefined;
  }
  return [...typed.matchAll(/(\d+)\s*([dhms])/g)].reduce(
    (seconds, [, count, unit]) => seconds + Number(count) * units[unit!]!,
    0,
  );
}

/** A span of time as {@link parseSpan} reads it. */
export function spanText(seconds: number): string {
  let rest = seconds;
  const parts = Object.entries(units).flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join(' ') || '0s';
}
