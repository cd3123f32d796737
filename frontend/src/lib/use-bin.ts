import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from './api';

/** Why something is in the recycle bin. */
export type Deletion = Schemas['Deletion'];

export type Bin = ReturnType<typeof useBin>;

/**
 * Moves something into the recycle bin, or out of it.
 * @param commands Sends the requests.
 * @param list The list that it is in, which the query cache knows it by.
 */
export function useBin(
  commands: { remove: (reason: string | undefined) => Promise<unknown>; restore: () => Promise<unknown> },
  list: string,
) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: [list] });
  return {
    remove: useMutation({
      mutationFn: (reason: string) => commands.remove(reason.trim() || undefined),
      onSuccess,
    }),
    restore: useMutation({
      mutationFn: commands.restore,
      onSuccess,
    }),
  };
}
