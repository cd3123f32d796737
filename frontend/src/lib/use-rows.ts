import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { paths } from '../../generated/api';
import { api, read, untilRefused } from './api';
import { offsetFor, windowRows } from './row-window';
import type { Stretch } from './selection';

/** The lists of what has a recycle bin. */
export type ListPath = '/api/jobs' | '/api/runs' | '/api/artifacts';

/** The lists of the API that are shown by this. */
type RowsPath = ListPath | '/api/alerts' | '/api/alerts/rules';

/** What the rows of a list are. */
export type RowOf<Path extends RowsPath> =
  paths[Path]['get']['responses'][200]['content']['application/json']['items'][number];

/** Jobs have all filters of lists with a recycle bin; the others of these have some of them. */
type Filter<Path extends RowsPath> = NonNullable<
  paths[Path extends ListPath ? '/api/jobs' : Path]['get']['parameters']['query']
>;

const refreshEvery = 2000;
/** Counting what a search matches takes longer than a page of it. */
const countEvery = 15_000;
/** While the user jumps through the list, rows are fetched only where the scrolling stops. */
const settlePause = 80;
/** Rows far from the visible ones are soon dropped from the cache. */
const keepFor = 10_000;

/** The rows that are loaded now; another list has another key: while that loads, the one before is shown. */
export interface Rows<T> extends Stretch<T> {
  total: number;
  /** Whether they are those of the list that was shown before. */
  isPrevious: boolean;
  /** Whether the total is final, and not only what is known to be there. */
  isCounted: boolean;
  /** The row at an index of the whole list; undefined while it loads. */
  at: (index: number) => T | undefined;
  /** Sets the first visible row. */
  show: (index: number) => void;
  isLoaded: boolean;
  error: unknown;
  retry: () => unknown;
}

/** A list of any length, of which only the visible part is fetched and refreshed. */
export function useRows<Path extends RowsPath>(path: Path, filter: Filter<Path>): Rows<RowOf<Path>> {
  const key = path + JSON.stringify(filter);
  const [place, setPlace] = useState({ key, offset: 0 });
  const offset = place.key === key ? place.offset : 0;
  const { data, error, refetch } = useQuery({
    queryKey: [path, filter, offset],
    queryFn: async ({ signal }) => {
      const page = await readPage(path, { ...filter, limit: windowRows, offset }, signal);
      const known = offset + page.items.length + (page.nextCursor === null ? 0 : 1);
      return { items: page.items, total: page.total, known, offset, key, isEnd: page.nextCursor === null };
    },
    placeholderData: keepPreviousData,
    refetchInterval: untilRefused(refreshEvery),
    gcTime: keepFor,
  });
  const { data: counted } = useQuery({
    queryKey: [path, filter, 'total'],
    queryFn: async ({ signal }) => (await readPage(path, { ...filter, limit: 1, total: 'exact' }, signal)).total,
    enabled: data?.total === null,
    refetchInterval: untilRefused(countEvery),
    gcTime: keepFor,
  });
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useCallback(
    (index: number) => {
      clearTimeout(settling.current);
      const next = { key, offset: offsetFor(index) };
      if (next.offset === offset) {
        return;
      }
      if (Math.abs(next.offset - offset) < windowRows) {
        setPlace(next);
      } else {
        settling.current = setTimeout(() => setPlace(next), settlePause);
      }
    },
    [key, offset],
  );
  useEffect(() => () => clearTimeout(settling.current), []);
  const at = useCallback((index: number) => data?.items[index - data.offset], [data]);
  return useMemo(
    () => ({
      // Until it is counted, what is known to be there.
      total: data?.total ?? Math.max(data?.known ?? 0, counted ?? 0),
      isCounted: data !== undefined && (data.total !== null || counted !== undefined),
      at,
      loaded: data?.items ?? [],
      isStart: data?.offset === 0,
      isEnd: data?.isEnd ?? false,
      show,
      isPrevious: data !== undefined && data.key !== key,
      isLoaded: data !== undefined,
      error,
      retry: refetch,
      key: data?.key ?? key,
    }),
    [data, counted, at, show, error, refetch, key],
  );
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
  /** Null when it would have to be counted: `total=exact` asks for that. */
  total: number | null;
}

/** A page of one of several lists, which are alike but for their rows. */
async function readPage<Path extends RowsPath>(
  path: Path,
  query: Filter<'/api/jobs'>,
  signal: AbortSignal,
): Promise<Page<RowOf<Path>>> {
  const params = { query };
  return await read(api.GET(path as '/api/jobs', { params, signal }));
}
