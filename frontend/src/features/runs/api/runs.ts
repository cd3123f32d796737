import { useQuery } from '@tanstack/react-query';
import { getJson } from '../../../lib/api';

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
  latest?: Record<string, { step: number; value: number | string }>;
  metrics?: Record<string, { count: number; min: Extreme | null; max: Extreme | null }>;
}

export const runStatuses = ['scheduled', 'running', 'finished', 'failed', 'interrupted'] as const;

const refreshEvery = 2000;

export function useRun(id: string) {
  return useQuery({
    queryKey: ['/api/runs', id],
    queryFn: ({ signal }) => getJson<Run>(`/api/runs/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state: { data } }) => (data && !data.endedAt ? refreshEvery : false),
  });
}
