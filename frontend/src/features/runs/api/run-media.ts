import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, read, untilRefused, type Schemas } from '../../../lib/api';
import { keyOfStored } from './run-files';

export type MediaKey = Schemas['RunMediaKey'];
export type Media = Schemas['RunMedia'];

/** What was logged under a key at one step. */
export interface MediaStep {
  step: number;
  items: Media[];
}

const refreshEvery = 5000;
/** How many items of a key are looked through, the newest. */
export const mediaPerKey = 2000;

/** What media a run has, by key. */
export function useMediaKeys(id: string, live: boolean) {
  return useQuery({
    queryKey: [...keyOfStored(id, 'media'), 'keys'],
    queryFn: ({ signal }) => read(api.GET('/api/runs/{id}/media/keys', { params: { path: { id } }, signal })),
    refetchInterval: live && untilRefused(refreshEvery),
  });
}

/** The steps of a key; read again when more was logged. */
export function useMediaSteps(id: string, { key, kind, count }: MediaKey) {
  return useQuery({
    queryKey: [...keyOfStored(id, 'media'), kind, key, count],
    queryFn: async ({ signal }) => {
      const query = { key, kind, sort: '-step', limit: mediaPerKey } as const;
      const { items } = await read(api.GET('/api/runs/{id}/media', { params: { path: { id }, query }, signal }));
      return bySteps(items);
    },
    placeholderData: keepPreviousData,
  });
}

/** Items by step, which grows; those of one step in the order of their paths. */
export function bySteps(items: readonly Media[]): MediaStep[] {
  const steps = new Map<number, Media[]>();
  for (const item of items) {
    steps.set(item.step, [...(steps.get(item.step) ?? []), item]);
  }
  return [...steps]
    .map(([step, some]) => ({ step, items: some.sort((one, other) => (one.path < other.path ? -1 : 1)) }))
    .sort((one, other) => one.step - other.step);
}

/** The last items that were logged under a key, in the order of time. */
export function useNewestMedia(id: string, { key, kind, count }: MediaKey, limit: number) {
  return useQuery({
    queryKey: [...keyOfStored(id, 'media'), kind, key, count, limit],
    queryFn: async ({ signal }) => {
      const query = { key, kind, sort: '-at', limit } as const;
      const { items } = await read(api.GET('/api/runs/{id}/media', { params: { path: { id }, query }, signal }));
      return items.reverse();
    },
    placeholderData: keepPreviousData,
  });
}
