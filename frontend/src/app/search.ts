import { readText } from '../lib/list-search';

/** A positive whole number from the URL. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(readText(value));
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
