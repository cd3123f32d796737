import { useQuery } from '@tanstack/react-query';
import { api, read, readIfThere, untilRefused, type Schemas } from '../../../lib/api';
import { parseExact } from '../../../lib/exact-json';
import { oneByOne, sumContents, type BinCommands } from '../../../lib/batch';
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
    queryFn: async ({ signal }) => {
      const text = await readIfThere(api.GET('/api/runs/{id}', { params: { path: { id } }, parseAs: 'text', signal }));
      return text === null ? null : readRun(text);
    },
    refetchInterval: ({ state: { data } }) => (data && !data.endedAt ? refreshEvery : false),
  });
}

/** A run as the API writes it. What was logged once keeps all digits of its integers: a long one is a bigint. */
export function readRun(text: string): Run {
  const run = JSON.parse(text) as Run;
  const { parameters, summary, tags } = parseExact(text) as Run;
  return { ...run, parameters, summary, tags };
}

/** The runs that have a run as their parent, the newest first. */
export function useChildren(id: string, limit: number) {
  return useQuery({
    queryKey: ['/api/runs', 'children of', id, limit],
    queryFn: ({ signal }) =>
      read(api.GET('/api/runs', { params: { query: { parentId: id, limit, total: 'exact' } }, signal })),
    placeholderData: before => before,
    refetchInterval: untilRefused(refreshEvery * 5),
  });
}

/** The name of a run; null when there is none. */
export function useRunName(id: string | null) {
  return useQuery({
    queryKey: ['/api/runs', id, 'name'],
    queryFn: async ({ signal }) =>
      (await readIfThere(api.GET('/api/runs/{id}', { params: { path: { id: id! } }, signal })))?.name ?? null,
    enabled: id !== null,
    staleTime: Infinity,
  });
}

export type RunVersions = Pick<Schemas['PageOfArtifactVersion'], 'items' | 'total'>;

/** The versions of artifacts that a run made, the newest first. */
export function useRunArtifacts({ id, status, endedAt }: Run) {
  return useQuery({
    queryKey: ['/api/runs', id, 'artifacts', status],
    queryFn: ({ signal }) =>
      read(api.GET('/api/runs/{id}/artifacts', { params: { path: { id }, query: { limit: 10 } }, signal })),
    refetchInterval: endedAt ? false : untilRefused(refreshEvery * 5),
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

/** The same for several runs, and their permanent deletion. */
export const runBin: BinCommands<Run> = {
  unit: 'run',
  list: '/api/runs',
  keyOf: run => run.id,
  nameOf: run => run.name,
  idsOf: run => [run.id],
  remove: async (ids, reason) => (await read(api.POST('/api/runs/delete', { body: { ids, reason } }))).items,
  restore: ids => oneByOne(ids, id => api.POST('/api/runs/{id}/restore', { params: { path: { id } } })),
  purge: async (ids, dryRun) => {
    const { items } = await read(api.POST('/api/runs/purge', { body: { ids, dryRun } }));
    return { items, content: sumContents(items.map(item => item.content)) };
  },
};
