import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, read, untilRefused, type Schemas } from '../../../lib/api';
import { compareNames } from '../../../lib/natural-order';
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

/** All steps that something was logged at, of the newest items; read again when more was logged. */
export function useAllSteps(id: string, keys: readonly MediaKey[]) {
  const count = keys.reduce((sum, key) => sum + key.count, 0);
  return useQuery({
    queryKey: [...keyOfStored(id, 'media'), 'steps', count],
    queryFn: async ({ signal }) => {
      const query = { sort: '-step', limit: mediaPerKey } as const;
      const { items } = await read(api.GET('/api/runs/{id}/media', { params: { path: { id }, query }, signal }));
      return stepsOf(items, keys);
    },
    placeholderData: keepPreviousData,
  });
}

/** The steps of items, and the first of each key, which may be older than they are. */
export function stepsOf(items: readonly Pick<Media, 'step'>[], keys: readonly MediaKey[]): number[] {
  const steps = new Set([...items.map(({ step }) => step), ...keys.flatMap(key => [key.firstStep, key.lastStep])]);
  return [...steps].sort((one, other) => one - other);
}

/** Which of the steps is shown for one that was chosen for all keys: the last that is not after it, or else the first. */
export function placeOfStep(steps: readonly number[], wanted: number | undefined): number {
  const last = steps.length - 1;
  return wanted === undefined
    ? last
    : Math.max(
        0,
        steps.findLastIndex(step => step <= wanted),
      );
}

/** The kinds of media that are known, in the order in which they are shown. */
const kinds = ['image', 'video', 'audio', 'table', 'histogram', 'text'];

/** Keys by kind, both in their order. */
export function byKind(keys: readonly MediaKey[]): [kind: string, keys: MediaKey[]][] {
  const found = new Map<string, MediaKey[]>([...kinds].map(kind => [kind, []]));
  for (const key of keys) {
    found.set(key.kind, [...(found.get(key.kind) ?? []), key]);
  }
  return [...found]
    .filter(([, some]) => some.length > 0)
    .map(([kind, some]) => [kind, some.sort((one, other) => compareNames(one.key, other.key))]);
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

/** Items by step, which grows; those of one step in the order in which they were logged. */
export function bySteps(items: readonly Media[]): MediaStep[] {
  const steps = new Map<number, Media[]>();
  for (const item of items) {
    steps.set(item.step, [...(steps.get(item.step) ?? []), item]);
  }
  return [...steps]
    .map(([step, some]) => ({ step, items: some.sort(compareItems) }))
    .sort((one, other) => one.step - other.step);
}

/** Those that were logged together are told apart by their captions: their paths end with a digest. */
function compareItems(one: Media, other: Media): number {
  return (
    Date.parse(one.at) - Date.parse(other.at) ||
    compareNames(one.caption ?? '', other.caption ?? '') ||
    compareNames(one.path, other.path)
  );
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
