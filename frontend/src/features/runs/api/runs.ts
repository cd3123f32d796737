import { useQuery } from '@tanstack/react-query';
import { api, readIfThere, type Schemas } from '../../../lib/api';
import { useBin } from '../../../lib/use-bin';

export type Run = Schemas['RunView'];

export const runStatuses = [
  'scheduled',
  'running',
  'finished',
  'failed',
  'interrupted',
] as const satisfies Run['status'][];

const refreshEvery = 2000;

/** One run, refreshed until it has ended; null when there is none. */
export function useRun(id: string) {
  return useQuery({
    queryKey: ['/api/runs', id],
    queryFn: ({ signal }) => readIfThere(api.GET('/api/runs/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && !data.endedAt ? refreshEvery : false),
  });
}

/** Moves a run into the recycle bin, or out of it. */
export function useRunBin(id: string) {
  return useBin(
    {
      remove: reason => api.DELETE('/api/runs/{id}', { params: { path: { id }, query: { reason } } }),
      restore: () => api.POST('/api/runs/{id}/restore', { params: { path: { id } } }),
    },
    '/api/runs',
  );
}
