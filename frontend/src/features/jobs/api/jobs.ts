import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, getJson, postJson, type Page } from '../../../lib/api';
import { useStore } from '../../../lib/store';
import { connected } from '../../../lib/connection';

export const statuses = ['pending', 'queued', 'placed', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export interface JobItem {
  id: string;
  name: string;
  project: string;
  status: (typeof statuses)[number];
  stopping: boolean;
  attempt: number;
  priority: number;
  nodes: { nodeId: string; nodeName: string }[];
  runId: string;
  submittedAt: string;
  notBefore?: string | null;
  startedAt?: string | null;
  endedAt?: string | null;
  exitCode?: number | null;
  reason?: string | null;
  detail?: string | null;
}

export interface Job extends JobItem {
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
  subject?: string | null;
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

const refreshEvery = 1000;
const patience = 60_000;

export function isOver(job: JobItem): boolean {
  return job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled';
}

/** What a person reads as the job's status: one that was asked to stop is stopping until it has ended. */
export function shownStatus(job: JobItem): string {
  return job.stopping && !isOver(job) ? 'stopping' : job.status;
}

/** One job, fresh until it is over. An id that no job has yet is asked for a minute before it counts as absent. */
export function useJob(id: string) {
  const waiting = usePatience(id);
  const result = useQuery({
    queryKey: ['/api/jobs', id],
    queryFn: ({ signal }) => getJson<Job>(`/api/jobs/${id}`, signal),
    retry: false,
    refetchInterval: state =>
      state.state.data && isOver(state.state.data) ? false : state.state.data || waiting ? refreshEvery : false,
  });
  const absent = result.error instanceof ApiError && (result.error.status === 404 || result.error.status === 400);
  return { job: result.data, error: result.error, absent, waiting, retry: () => void result.refetch() };
}

function usePatience(id: string): boolean {
  const [over, setOver] = useState(false);
  const isConnected = useStore(connected);
  useEffect(() => {
    setOver(false);
    if (!isConnected) {
      return;
    }
    const timer = setTimeout(() => setOver(true), patience);
    return () => clearTimeout(timer);
  }, [id, isConnected]);
  return !over;
}

export function useHistory(job: Job) {
  return useQuery({
    queryKey: ['/api/jobs', job.id, 'events', job.status, job.attempt, job.stopping],
    queryFn: ({ signal }) => getJson<{ items: HistoryEntry[] }>(`/api/jobs/${job.id}/events`, signal),
    placeholderData: before => before,
    refetchInterval: isOver(job) ? false : refreshEvery * 2,
  });
}

export function useJobArtifacts(job: Job) {
  return useQuery({
    queryKey: ['/api/jobs', job.id, 'artifacts', job.status],
    queryFn: ({ signal }) => getJson<Page<JobArtifact>>(`/api/jobs/${job.id}/artifacts?limit=200`, signal),
    placeholderData: before => before,
    refetchInterval: isOver(job) ? false : refreshEvery * 2,
  });
}

/** @param key The same for every try of one draft, so that an answer that got lost does not make two jobs. */
export function submitJob(request: object, key: string): Promise<Job> {
  return postJson<Job>('/api/jobs', request, { 'idempotency-key': key });
}

/** Asks for a change of a job and shows its new state at once. */
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
