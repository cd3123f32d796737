import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getJson, postJson } from '../../../lib/api';
import type { SentenceCode } from '../../../lib/i18n/sentences';

export interface Node {
  id: string;
  name: string;
  status: 'online' | 'offline' | 'draining';
  draining: boolean;
  hostname: string;
  os: string;
  agentVersion: string;
  cpus: number;
  memoryMiB: number;
  gpus: { index: number; uuid: string; name: string; memoryMiB: number | null; jobId?: string | null }[];
  gpuReason?: string | null;
  gpuReasonCode?: SentenceCode | null;
  /** Whether jobs can use no more CPUs and memory than they asked for, and why not; older agents do not say. */
  limits?: string | null;
  labels: Record<string, string>;
  free: { gpus: number; cpus: number; memoryMiB: number };
  leases: { jobId: string; attempt: number; gpus: number[]; cpus: number; memoryMiB: number; grantedAt: string }[];
  usage?: {
    cpu: number;
    memoryUsedMiB: number;
    diskFreeMiB: number;
    gpus: {
      index: number;
      utilization: number | null;
      memoryUsedMiB: number | null;
      temperatureCelsius?: number | null;
      powerWatts?: number | null;
    }[];
  } | null;
  lastHeartbeatAt?: string | null;
}

const path = '/api/nodes';
const refreshEvery = 2000;

export function useNodes() {
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => getJson<{ items: Node[] }>(path, signal),
    refetchInterval: refreshEvery,
  });
}

export function useNodeCommand(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: 'drain' | 'resume') => postJson<Node>(`${path}/${id}/${command}`),
    onSuccess: () => client.invalidateQueries({ queryKey: [path] }),
  });
}
