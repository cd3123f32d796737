import { hashKey, useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { query, request } from './api';

/** Why something is in the recycle bin. */
export interface Deletion {
  at: string;
  by: string | null;
  reason: string | null;
}

export type Bin = ReturnType<typeof useBin>;

/**
 * Moves something into the recycle bin, or out of it.
 * @param path Its address.
 * @param list The list that it is in, which the query cache knows it by.
 * @param gone What the query cache knows it by, where it cannot be read while it is in the bin.
 */
export function useBin(path: string, list: string, gone: QueryKey = []) {
  const client = useQueryClient();
  const onSuccess = () =>
    client.invalidateQueries({
      queryKey: [list],
      predicate: ({ queryKey }) => hashKey(queryKey) !== hashKey(gone),
    });
  return {
    remove: useMutation({
      mutationFn: (reason: string) => request(`${path}${query({ reason: reason.trim() })}`, { method: 'DELETE' }),
      onSuccess,
    }),
    restore: useMutation({ mutationFn: () => request(`${path}/restore`, { method: 'POST' }), onSuccess }),
  };
}
