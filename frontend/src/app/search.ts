import type { ListSearch } from '../components/list-page';

// Search parameters from the URL are untrusted input.

export function readListSearch(search: Record<string, unknown>): ListSearch {
  return { status: readText(search.status), project: readText(search.project), search: readText(search.search) };
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
}

export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(readText(value));
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
