import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { getJson, query, type Page } from './api';

type Filter = Record<string, string | number | undefined>;

const limit = 100;
const often = 2000;
const seldom = 15_000;
const fewPages = 2;
const manyPages = 20;

/**
 * A list that comes page by page and is kept fresh: often while it is short; the further someone has scrolled, the more
 * each refresh costs, and the rarer it is.
 */
export function usePages<T>(path: string, filter: Filter) {
  const result = useInfiniteQuery({
    queryKey: [path, filter],
    queryFn: ({ pageParam, signal }) =>
      getJson<Page<T>>(`${path}${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: last => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: state => {
      const pages = state.state.data?.pages.length ?? 0;
      return pages <= fewPages ? often : pages <= manyPages ? seldom : false;
    },
  });
  const { fetchNextPage, isFetching, hasNextPage } = result;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, fetchNextPage]);
  return {
    rows: result.data?.pages.flatMap(page => page.items) ?? [],
    total: result.data?.pages[0]?.total ?? 0,
    isLoading: result.isPending,
    error: result.data ? null : result.error,
    retry: () => void result.refetch(),
    hasMore: hasNextPage,
    more,
  };
}
