import { readText } from '../lib/list-search';

/** A positive whole number from the URL. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(readText(value));
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** A step from the URL, which may be 0 or less. */
export function readStep(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(readText(value) ?? NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}
