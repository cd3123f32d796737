import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, read, readIfThere, type Schemas } from '../../../lib/api';

export type Destination = Schemas['DestinationView'];
export type DestinationRequest = Schemas['DestinationRequest'];

const path = '/api/alerts/destinations';

/** There can be no more than a page of them. */
const all = { limit: 2000 };

/** All destinations, which those who may only look do not see. */
export function useDestinations(enabled = true) {
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => read(api.GET(path, { params: { query: all }, signal })),
    enabled,
  });
}

/** A destination; null when there is none. */
export function useDestination(id: string) {
  return useQuery({
    queryKey: [path, id],
    queryFn: ({ signal }) => readIfThere(api.GET(`${path}/{id}`, { params: { path: { id } }, signal })),
    refetchOnMount: 'always',
  });
}

/** Makes a destination, or replaces one as it was when it was read. A new webhook's secret is in this answer only. */
export function useSaveDestination() {
  const client = useQueryClient();
  return async (body: DestinationRequest, before?: Destination): Promise<Destination> => {
    const saved = await read(
      before
        ? api.PUT(`${path}/{id}`, {
            params: { path: { id: before.id } },
            headers: { 'If-Match': `"${before.version}"` },
            body,
          })
        : api.POST(path, { body }),
    );
    await client.invalidateQueries({ queryKey: [path] });
    return saved;
  };
}

/** The secrets that are to be shown once, by the id of their destination: they are in this page's memory only. */
export const newSecrets = new Map<string, string>();

/** The names of the rules that tell a destination, once they are wanted. */
export function useRulesOf(id: string, isWanted: boolean) {
  const rules = '/api/alerts/rules';
  const { data, isFetching, refetch } = useQuery({
    queryKey: [rules, 'of destination', id],
    queryFn: ({ signal }) => read(api.GET(rules, { params: { query: all }, signal })),
    enabled: isWanted,
    refetchOnWindowFocus: false,
  });
  const names = data?.items.filter(rule => rule.destinations.includes(id)).map(rule => rule.name) ?? [];
  return { names, isFetching, refetch };
}

/** Gives a webhook another secret, which is in this answer only. */
export function useRotation({ id, version }: Destination) {
  const client = useQueryClient();
  return async (): Promise<Destination> => {
    const params = { path: { id } };
    const headers = { 'If-Match': `"${version}"` };
    try {
      return await read(api.POST(`${path}/{id}/rotate`, { params, headers }));
    } finally {
      // Also after a conflict: another try is about the version that is shown then.
      await client.invalidateQueries({ queryKey: [path] });
    }
  };
}

/** Sends a test and says what became of it. */
export function useTest(id: string) {
  return useMutation({ mutationFn: () => read(api.POST(`${path}/{id}/test`, { params: { path: { id } } })) });
}

export function useDeleteDestination(id: string) {
  const client = useQueryClient();
  return async (): Promise<void> => {
    await api.DELETE(`${path}/{id}`, { params: { path: { id } } });
    client.removeQueries({ queryKey: [path, id] });
    await client.invalidateQueries({ queryKey: [path] });
  };
}
