import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, read, type Schemas } from '../../../lib/api';
import { findWords, wordsOf, type Match } from '../../../lib/found-words';
import { logAges, type LogSearch } from './log-address';

export type FoundLine = Schemas['LogSearchItem'];

/** Where the next answer goes on. All answers of a search are about the same time. */
interface Place {
  from?: string;
  cursor?: string;
}

const firstPlace: Place = {};
/** Who comes back from a long look at a job finds as many lines as were there. */
const keepFor = 10 * 60_000;

/** The lines that match, as far as they were asked for. They are read again whenever the search is opened. */
export function logSearchOptions({ q = '', project, job, since }: LogSearch) {
  return infiniteQueryOptions({
    queryKey: ['/api/logs/search', q, project, job, since],
    enabled: q.trim() !== '',
    initialPageParam: firstPlace,
    queryFn: async ({ signal, pageParam: place }) => {
      const from = place.from ?? (since && new Date(Date.now() - logAges[since]).toISOString());
      // A trailing slash, as while it is typed, would be refused.
      const query = { q, project: project?.replace(/\/+$/, '') || undefined, job, from, cursor: place.cursor };
      return { ...(await read(api.GET('/api/logs/search', { params: { query }, signal }))), from };
    },
    getNextPageParam: (last): Place | undefined =>
      last.nextCursor === null ? undefined : { from: last.from, cursor: last.nextCursor },
    // Lines that come meanwhile would move those that are read.
    staleTime: Infinity,
    refetchOnMount: 'always',
    gcTime: keepFor,
  });
}

export function useLogSearch(search: LogSearch) {
  return useInfiniteQuery(logSearchOptions(search));
}

/** Forgets what a search has found, and searches again if it is shown. */
export function useSearchAnew(): (search: LogSearch) => void {
  const client = useQueryClient();
  return useCallback(
    search => void client.resetQueries({ queryKey: logSearchOptions(search).queryKey, exact: true }),
    [client],
  );
}

/** The API says where so many matches of a line are. */
const mostMatches = 50;
/** Of a long line it sends so much before the first match. */
const textBefore = 200;

/** All matches in what is shown of a line. */
export function matchesOf({ text, matches }: Pick<FoundLine, 'text' | 'matches'>, q: string): Match[] {
  const last = matches.at(-1);
  return !last || matches.length < mostMatches
    ? matches
    : [...matches, ...findWords(text, wordsOf(q), last.start + last.length)];
}

/** On which sides a line is cut. Its first match is nearer to an end of what is shown only where the line itself ends there. */
export function cutSides({ isCut, matches }: Pick<FoundLine, 'isCut' | 'matches'>): {
  before: boolean;
  after: boolean;
} {
  const first = matches[0]?.start ?? 0;
  // A character of two units may be left out before it.
  return { before: isCut && first >= textBefore - 1, after: isCut && first <= textBefore };
}
