import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, read, readIfThere, type Schemas } from '../../../lib/api';

export type Rule = Schemas['RuleView'];
export type RuleRequest = Schemas['RuleRequest'];

const path = '/api/alerts/rules';

/** How many of the newest runs of a project are asked for the names of their metrics. */
const askedRuns = 5;
const namesStaleAfter = 60_000;

/** A rule; null when there is none. */
export function useRule(id: string | undefined) {
  return useQuery({
    queryKey: [path, 'one', id],
    queryFn: ({ signal }) => readIfThere(api.GET(`${path}/{id}`, { params: { path: { id: id! } }, signal })),
    enabled: id !== undefined,
    // A form begins with what is read for it, and not with what was shown before.
    refetchOnMount: 'always',
  });
}

/** What a rule finds changes with it. */
async function refresh(client: QueryClient): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: [path] }),
    client.invalidateQueries({ queryKey: ['/api/alerts'] }),
  ]);
}

/** Makes a rule, or replaces one as it was when it was read. */
export function useSaveRule() {
  const client = useQueryClient();
  return async (body: RuleRequest, before?: Pick<Rule, 'id' | 'version'>): Promise<void> => {
    await (before
      ? api.PUT(`${path}/{id}`, {
          params: { path: { id: before.id } },
          headers: { 'If-Match': `"${before.version}"` },
          body,
        })
      : api.POST(path, { body }));
    await refresh(client);
  };
}

/** Pauses rules, or resumes them. */
export function useRuleCommand() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, command }: { id: string; command: 'pause' | 'resume' }) =>
      read(api.POST(`${path}/{id}/${command}`, { params: { path: { id } } })),
    onSuccess: () => refresh(client),
  });
}

/** Deletes a rule; `onDone` is called before what is shown is read again. */
export function useDeleteRule(id: string) {
  const client = useQueryClient();
  return async (onDone: () => void): Promise<void> => {
    await api.DELETE(`${path}/{id}`, { params: { path: { id } } });
    onDone();
    client.removeQueries({ queryKey: [path, 'one', id] });
    await refresh(client);
  };
}

/** The metrics of a run, or of the newest runs of a project, to choose from. */
export function useMetricNames(project: string, run: string | undefined): readonly string[] {
  const { data } = useQuery({
    queryKey: ['/api/runs', 'metric names', project, run],
    queryFn: async ({ signal }) => {
      const query = { project, limit: askedRuns };
      const runs = run
        ? [run]
        : (await read(api.GET('/api/runs', { params: { query }, signal }))).items.map(one => one.id);
      const lists = await Promise.all(
        runs.map(id => readIfThere(api.GET('/api/runs/{id}/metrics/keys', { params: { path: { id } }, signal }))),
      );
      return [...new Set(lists.flatMap(list => list?.items.map(({ key }) => key) ?? []))].sort();
    },
    enabled: Boolean(project || run),
    staleTime: namesStaleAfter,
    retry: false,
  });
  return data ?? [];
}
