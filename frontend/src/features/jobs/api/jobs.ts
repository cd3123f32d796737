import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getJson, postJson, type Page } from '../../../lib/api';
import type { FieldErrors, SentenceCode } from '../../../lib/i18n/sentences';
import { useStore } from '../../../lib/store';
import { connected } from '../../../lib/connection';
import { readIfThere } from '../../../lib/existence';
import type { Deletion } from '../../../lib/use-bin';

export const jobStatuses = ['pending', 'queued', 'placed', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export interface JobItem {
  id: string;
  name: string;
  project: string;
  parentId?: string | null;
  status: (typeof jobStatuses)[number];
  stopping: boolean;
  attempt: number;
  priority: number;
  nodes: { nodeId: string; nodeName: string }[];
  runId: string;
  submittedAt: string;
  submittedBy?: string | null;
  notBefore?: string | null;
  startedAt?: string | null;
  endedAt?: string | null;
  exitCode?: number | null;
  reason?: string | null;
  reasonCode?: SentenceCode | null;
  detail?: string | null;
  detailCode?: SentenceCode | null;
  /** Set while it is in the recycle bin. */
  deletion?: Deletion | null;
}

/** One process of an attempt of several. */
export interface JobRank {
  rank: number;
  startedAt?: string | null;
  endedAt?: string | null;
  reason?: string | null;
  exitCode?: number | null;
  detail?: string | null;
  detailCode?: SentenceCode | null;
}

export interface Job extends JobItem {
  /** How many jobs that belong to it have each status. */
  children?: Partial<Record<JobItem['status'], number>> | null;
  ranks?: JobRank[] | null;
  command: string[];
  files: { path: string; size: number; sha256: string }[];
  source?: { artifact: string } | null;
  inputs: { artifact: string; path: string }[];
  outputs: { path: string; artifact: string; type: string }[];
  resources: { gpus: number; cpus: number; memoryMiB: number };
  labels: Record<string, string>;
  retry: { maxAttempts: number; backoffSeconds: number };
  timeoutSeconds?: number | null;
  env: Record<string, string>;
}

export interface HistoryEntry {
  sequence: number;
  type: string;
  at: string;
  data: Record<string, unknown>;
  cause?: string | null;
  actor?: string | null;
}

export interface JobArtifact {
  name: string;
  version: number;
  type: string;
  aliases: string[];
  fileCount: number;
  size: number;
  digest: string;
  attempt?: number | null;
  createdAt: string;
}

const endStatuses: readonly string[] = ['succeeded', 'failed', 'cancelled'] satisfies JobItem['status'][];
const refreshEvery = 1000;
const patience = 60_000;

export function isOver(job: JobItem): boolean {
  return endStatuses.includes(job.status);
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
export function placedOn({ nodes }: Pick<JobItem, 'nodes'>): string {
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
  const client = useQueryClient();
  const patient = usePatience();
  const result = useQuery({
    queryKey: ['/api/jobs', id],
    queryFn: ({ signal }) => readIfThere<Job>(client, '/api/jobs', 'id', id, signal),
    refetchInterval: ({ state: { data } }) => (data ? mayChange(data) : patient) && refreshEvery,
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
    queryFn: ({ signal }) => getJson<{ items: HistoryEntry[] }>(`/api/jobs/${job.id}/events`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: isOver(job) ? false : refreshEvery * 2,
  });
}

export function useJobArtifacts(job: Job) {
  return useQuery({
    queryKey: ['/api/jobs', job.id, 'artifacts', job.status],
    queryFn: ({ signal }) => getJson<Page<JobArtifact>>(`/api/jobs/${job.id}/artifacts?limit=200`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: isOver(job) ? false : refreshEvery * 2,
  });
}

/**
 * What is wrong with a job, by field. Asked for before it is submitted: mistakes in a form are what a form is for, and no
 * failure for the browser to note.
 */
export async function validateJob(request: object): Promise<FieldErrors> {
  return await postJson<FieldErrors>('/api/jobs/check', request);
}

/** Submits a job. The key is the same for every try of one draft, so that an answer that got lost does not make two jobs. */
export function useSubmitJob() {
  const client = useQueryClient();
  return async (request: object, key: string): Promise<Job> => {
    const job = await postJson<Job>('/api/jobs', request, { 'idempotency-key': key });
    client.setQueryData(['/api/jobs', job.id], job);
    return job;
  };
}

/** Changes a job and shows its new state at once. */
export function useJobCommand(id: string, command: 'cancel' | 'retry') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => postJson<Job>(`/api/jobs/${id}/${command}`),
    onSuccess: job => {
      client.setQueryData(['/api/jobs', id], job);
      void client.invalidateQueries({ queryKey: ['/api/jobs'] });
    },
  });
}
