import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, read, readIfThere, untilRefused, type Schemas } from '../../../lib/api';

export type Alert = Schemas['AlertView'];
export type Delivery = Schemas['DeliveryView'];

const refreshEvery = 5000;

/** An alert with its deliveries, which may still be tried; null when there is none. */
export function useAlert(id: string) {
  return useQuery({
    queryKey: ['/api/alerts', 'one', id],
    queryFn: ({ signal }) => readIfThere(api.GET('/api/alerts/{id}', { params: { path: { id } }, signal })),
    refetchInterval: untilRefused(refreshEvery),
  });
}

/** Puts an alert aside for the user, or takes it back. */
export function useDismissal() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, command }: { id: string; command: 'dismiss' | 'restore' }) =>
      read(api.POST(`/api/alerts/{id}/${command}`, { params: { path: { id } } })),
    // What was done is said before the lists are read again.
    onSuccess: () => void client.invalidateQueries({ queryKey: ['/api/alerts'] }),
  });
}
