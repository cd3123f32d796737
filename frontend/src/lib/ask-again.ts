import type { Query, QueryClient } from '@tanstack/react-query';

/**
 * Asks again for what is shown, once the platform answers again. What is on its way is let finish. Where the next part of a list
 * could not be read, that part is asked for and not the list from its beginning: what was wanted would be forgotten, and asked
 * for by nobody.
 */
export async function askAgain(queries: QueryClient): Promise<void> {
  const unfinished = queries.getQueryCache().findAll({ type: 'active', predicate: lacksPart });
  await Promise.all([
    ...unfinished.map(query =>
      query.fetch(undefined, { meta: query.state.fetchMeta ?? undefined }).catch(() => undefined),
    ),
    queries.invalidateQueries({ predicate: query => !unfinished.includes(query) }, { cancelRefetch: false }),
  ]);
}

/** Whether the last that was asked for is another part of a list, and it did not come. */
function lacksPart({ state: { status, fetchMeta } }: Query): boolean {
  return status === 'error' && fetchMeta?.fetchMore !== undefined;
}
