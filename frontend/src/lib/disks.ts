import { useQuery } from '@tanstack/react-query';
import { apiBase } from './address';

/** A disk of the platform that is nearly full, as `/health/ready` tells it. */
export interface DiskState {
  /** The folders that lie there, by the names by which the platform tells of them. */
  name: string;
  usedPercent: number;
  level: 'normal' | 'nearly_full' | 'full';
  /** Below how many percent a full one is accepted again. */
  acceptsBelow: number;
  /** False where only one part of the platform is concerned, such as a node. */
  isShared: boolean;
}

const refreshEvery = 10_000;

/** The fullest of the disks on which the whole platform depends; undefined when all have space, and while that is unknown. */
export function fullestOf(disks: readonly DiskState[]): DiskState | undefined {
  return disks
    .filter(disk => disk.isShared && disk.level !== 'normal')
    .toSorted((a, b) => b.usedPercent - a.usedPercent)[0];
}

/** {@link fullestOf} the platform, asked now and then. */
export function useFullestDisk(): DiskState | undefined {
  return (
    useQuery({
      queryKey: ['/health/ready'],
      queryFn: async ({ signal }) => fullestOf(await readDisks(signal)) ?? null,
      refetchInterval: refreshEvery,
      retry: false,
    }).data ?? undefined
  );
}

/** It is read as it is: the report comes with 503 too, and is no part of the API's description. */
async function readDisks(signal: AbortSignal): Promise<DiskState[]> {
  const response = await fetch(`${apiBase}/health/ready`, { cache: 'no-store', signal });
  const report = (await response.json()) as { disks?: DiskState[] };
  return report.disks ?? [];
}
