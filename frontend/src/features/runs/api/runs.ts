import { useQuery, useQueryClient } from '@tanstack/react-query';
import { readIfThere } from '../../../lib/existence';
import type { Deletion } from '../../../lib/use-bin';

interface Extreme {
  step: number;
  value: number | string;
}

export interface Run {
  id: string;
  project: string | null;
  name: string;
  status: 'scheduled' | 'running' | 'finished' | 'failed' | 'interrupted';
  jobId: string | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  parameters: Record<string, unknown>;
  tags: Record<string, unknown>;
  summary: Record<string, unknown>;
  primaryMetric: { name: string; value: number | string | null; step: number | null } | null;
  /** Set while it is in the recycle bin. */
  deletion: Deletion | null;
  latest?: Record<string, { step: number; value: number | string }>;
  metrics?: Record<string, { count: number; min: Extreme | null; max: Extreme | null }>;
}

export const runStatuses = ['scheduled', 'running', 'finished', 'failed', 'interrupted'] as const;

const refreshEvery = 2000;

/** One run, refreshed until it has ended; null when there is none. */
export function useRun(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['/api/runs', id],
    queryFn: ({ signal }) => readIfThere<Run>(client, '/api/runs', 'id', id, signal),
    refetchInterval: ({ state: { data } }) => (data && !data.endedAt ? refreshEvery : false),
  });
}
