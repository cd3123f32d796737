import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, isRefusal, read, readIfThere, untilRefused, type Schemas } from '../../../lib/api';
import { oneByOne, sumContents, type BinCommands } from '../../../lib/batch';
import { useStore } from '../../../lib/store';
import { connected } from '../../../lib/connection';
import { useBin } from '../../../lib/use-bin';
import type { RowOf } from '../../../lib/use-rows';

export const jobStatuses = [
  'pending',
  'queued',
  'placed',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies Schemas['JobItem']['status'][];

export type JobItem = RowOf<'/api/jobs'>;
export type Job = Schemas['JobDetail'];
/** One process of an attempt of several. */
export type JobRank = Schemas['JobRank'];
export type HistoryEntry = Schemas['JobHistoryEntry'];
export type JobArtifact = Schemas['ArtifactVersion'];

const endStatuses: readonly string[] = ['succeeded', 'failed', 'cancelled'] satisfies JobItem['status'][];
const refreshEvery = 1000;
const patience = 10_000;

export function isOver(job: JobItem): boolean {
  return endStatuses.includes(job.status);
}

/** Whether the current attempt has not started, or ended without; those before may have. */
export function isUnstarted(job: JobItem): boolean {
  return !job.startedAt;
}

/** Whether an id can be one of a job. */
export function canBeJobId(id: string): boolean {
  return /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(id);
}

/** How many of a job's children have not ended. */
export function unendedChildren({ children }: Job): number {
  const counts = Object.entries(children ?? {}).filter(([status]) => !endStatuses.includes(status));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Whether a job, or what it says about its children, can still change by itself. */
function mayChange(job: Job): boolean {
  return !isOver(job) || unendedChildren(job) > 0;
}

/** When a job's first process started, as its node says, of its history; null while none has. */
export function firstStart(history: readonly HistoryEntry[]): string | null {
  const at = history.find(({ type }) => type === 'job_started')?.data.at;
  return typeof at === 'string' ? at : null;
}

/** The nodes of a job by name; a node of several processes is named once, with their number. */
export function placedOn({ nodes }: { nodes: readonly Pick<Schemas['PlacedNode'], 'nodeName'>[] }): string {
  const counts = new Map<string, number>();
  nodes.forEach(({ nodeName }) => counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1));
  return [...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)).join(', ');
}

/** The status of a process of several: one that was stopped because of another was interrupted. */
export function rankStatus(rank: JobRank, job: Job): string {
  if (!rank.endedAt) {
    return isOver(job) ? 'interrupted' : rank.startedAt ? shownStatus({ ...job, status: 'running' }) : 'placed';
  }
  switch (rank.reason) {
    case 'exit_code':
      return rank.exitCode === 0 ? 'succeeded' : 'failed';
    case 'cancelled':
      return 'cancelled';
    case 'peer_failed':
    case 'node_lost':
    case 'node_stopped':
      return 'interrupted';
    default:
      return 'failed';
  }
}

/** The status shown for a job: it is stopping from the request to stop until it has ended. */
export function shownStatus(job: JobItem): string {
  return job.stopping && !isOver(job) ? 'stopping' : job.status;
}

/** One job, refreshed until it and its children have ended; null while no job has the id. It counts as absent after a minute. */
export function useJob(id: string) {
  const patient = usePatience();
  const result = useQuery({
    queryKey: ['/api/jobs', id],
    queryFn: ({ signal }) => readIfThere(api.GET('/api/jobs/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data, error } }) =>
      (data ? mayChange(data) : patient && !isRefusal(error)) && refreshEvery,
  });
  return { job: result.data, error: result.error, patient, retry: result.refetch };
}

/** True during the first minute of the page. */
function usePatience(): boolean {
  const [patient, setPatient] = useState(true);
  const isConnected = useStore(connected);
  useEffect(() => {
    if (!isConnected) {
      return;
    }
    const timer = setTimeout(() => setPatient(false), patience);
    return () => {
      clearTimeout(timer);
      setPatient(true);
    };
  }, [isConnected]);
  return patient;
}

export function useHistory(job: Job, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ['/api/jobs', job.id, 'events', job.status, job.attempt, job.stopping, job.deletion?.at],
    queryFn: ({ signal }) => read(api.GET('/api/jobs/{id}/events', { params: { path: { id: job.id } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: isOver(job) ? false : untilRefused(refreshEvery * 2),
  });
}

export function useJobArtifacts(job: Job) {
  return useQuery({
    queryKey: ['/api/jobs', job.id, 'artifacts', job.status],
    queryFn: ({ signal }) => {
      const params = { path: { jobId: job.id }, query: { limit: 200 } };
      return read(api.GET('/api/jobs/{jobId}/artifacts', { params, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: isOver(job) ? false : untilRefused(refreshEvery * 2),
  });
}

/** Submits a job. The key is the same for every try of one draft, so that an answer that got lost does not make two jobs. */
export function useSubmitJob() {
  const client = useQueryClient();
  return async (body: Schemas['JobRequest'], key: string): Promise<Job> => {
    const params = { header: { 'Idempotency-Key': key } };
    const job = await read(api.POST('/api/jobs', { params, body }));
    client.setQueryData(['/api/jobs', job.id], job);
    return job;
  };
}

/** Changes a job and shows its new state at once. */
export function useJobCommand(id: string, command: 'cancel' | 'retry') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.POST(`/api/jobs/{id}/${command}`, { params: { path: { id } } })),
    onSuccess: job => {
      client.setQueryData(['/api/jobs', id], job);
      void client.invalidateQueries({ queryKey: ['/api/jobs'] });
    },
  });
}

/** Moves a job into the recycle bin, or out of it. */
export function useJobBin(id: string) {
  return useBin(
    {
      remove: reason => api.DELETE('/api/jobs/{id}', { params: { path: { id }, query: { reason } } }),
      restore: () => api.POST('/api/jobs/{id}/restore', { params: { path: { id } } }),
    },
    '/api/jobs',
  );
}

/** The same for several jobs, and their permanent deletion. */
export const jobBin: BinCommands<JobItem> = {
  unit: 'job',
  list: '/api/jobs',
  keyOf: job => job.id,
  nameOf: job => job.name,
  idsOf: job => [job.id],
  remove: async (ids, reason) => (await read(api.POST('/api/jobs/delete', { body: { ids, reason } }))).items,
  restore: ids => oneByOne(ids, id => api.POST('/api/jobs/{id}/restore', { params: { path: { id } } })),
  purge: async (ids, dryRun) => {
    const { items } = await read(api.POST('/api/jobs/purge', { body: { ids, dryRun } }));
    return { items, content: sumContents(items.map(item => item.content)) };
  },
};
