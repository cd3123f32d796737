import { useInfiniteQuery } from '@tanstack/react-query';
import { api, isRefusal, read, type Schemas } from '../../../lib/api';
import { logAges, type LogSearch } from './log-address';

export type FoundLine = Schemas['LogSearchItem'];

/** Where the next answer goes on. All answers of a search are about the same time. */
interface Place {
  from?: string;
  cursor?: string;
}

const firstPlace: Place = {};

/** The lines that match, as far as they were asked for. */
export function useLogSearch({ q = '', project, job, since }: LogSearch) {
  return useInfiniteQuery({
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
    gcTime: 60_000,
    retry: (count, error) => count < 2 && !isRefusal(error),
  });
}

/** A part of a text; the matches are marked. */
export interface TextPart {
  text: string;
  isMatch: boolean;
}

/** Cuts a line where its matches begin and end. */
export function partsOf({ text, matches }: Pick<FoundLine, 'text' | 'matches'>): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const { start, length } of matches) {
    parts.push(
      { text: text.slice(from, start), isMatch: false },
      { text: text.slice(start, start + length), isMatch: true },
    );
    from = start + length;
  }
  return [...parts, { text: text.slice(from), isMatch: false }].filter(part => part.text !== '');
}
