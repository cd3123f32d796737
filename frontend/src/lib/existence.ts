import type { QueryClient } from '@tanstack/react-query';
import { ApiError, getJson, query, type Page } from './api';

/**
 * Whether a list of the platform, or its recycle bin, has, or may have, something of an id. A list answers about what does not exist too, where
 * asking for the thing itself fails and the browser notes that as an error.
 * @param list Its path, which the query cache knows the list and what is in it by.
 * @param field The id's field in the items.
 */
export async function isThere(
  client: QueryClient,
  list: string,
  field: string,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  type Item = Record<string, unknown>;
  const isIt = (item: Item) => item[field] === id;
  const shown = client.getQueriesData<{ items?: Item[] }>({ queryKey: [list] });
  if (client.getQueryData([list, id]) || shown.some(([, page]) => page?.items?.some(isIt))) {
    return true;
  }
  for (const deleted of [undefined, 'true']) {
    const { items, nextCursor } = await getJson<Page<Item>>(`${list}${query({ search: id, deleted })}`, signal);
    if (items.some(isIt) || nextCursor !== null) {
      return true;
    }
  }
  return false;
}

/** Reads something of a list; null when there is none. */
export async function readIfThere<T>(
  client: QueryClient,
  list: string,
  field: string,
  id: string,
  signal?: AbortSignal,
): Promise<T | null> {
  if (!(await isThere(client, list, field, id, signal))) {
    return null;
  }
  try {
    return await getJson<T>(`${list}/${encodeURIComponent(id)}`, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return null;
    }
    throw error;
  }
}
