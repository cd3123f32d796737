/** The part of an axis that is drawn. */
type Range = readonly [from: number, to: number];

const niceParts = [1, 2, 5, 10];

/** Ticks of a step axis, and its last step where there is room for it. */
export function stepTicks([from, to]: Range, increment: number, hasRoom: (gap: number) => boolean): number[] {
  const ticks = multiples(from, to, increment);
  const last = Math.floor(to);
  const before = ticks.at(-1);
  if (before === undefined ? last >= from : last > before && hasRoom(last - before)) {
    ticks.push(last);
  }
  return ticks;
}

/** The range of a logarithmic axis: what the values take, and a little more. They are above zero. */
export function logRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || min <= 0) {
    return [1, 10];
  }
  const rest = min === max ? 1.5 : (max / min) ** 0.05;
  return [min / rest, max * rest];
}

/** Ticks of a logarithmic axis, few enough to be read: powers of ten, or what is round between them. */
export function logTicks([from, to]: Range): number[] {
  const decades = Math.log10(to / from);
  if (decades < 1) {
    return multiples(from, to, niceIncrement((to - from) / 4));
  }
  const every = Math.max(1, Math.ceil(decades / 5));
  const parts = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    if (power % every === 0) {
      ticks.push(...parts.map(part => Number(`${part}e${power}`)).filter(tick => tick >= from && tick <= to));
    }
  }
  return ticks;
}

function multiples(from: number, to: number, increment: number): number[] {
  const first = Math.ceil(from / increment);
  const count = Math.floor(to / increment) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    Number(((first + index) * increment).toPrecision(12)),
  );
}

function niceIncrement(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * (niceParts.find(part => part * power >= wanted) ?? 10);
}

/** A range that is at least so long, with what it had in its middle. */
export function atLeast([from, to]: readonly [number, number], least: number): [number, number] {
  const missing = Math.max(0, least - (to - from)) / 2;
  return [from - missing, to + missing];
}

/** Sizes between which the drawing finds ticks by itself. */
const drawable = [1e-25, 1e25] as const;

/** By what values are divided to be drawn: a power of ten where all are tiny or one is huge, which is otherwise 1. */
export function drawnUnit(values: readonly number[]): number {
  const largest = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  if (largest === 0 || (largest >= drawable[0] && largest <= drawable[1])) {
    return 1;
  }
  return Math.max(Number.MIN_VALUE, 10 ** Math.floor(Math.log10(largest)));
}
