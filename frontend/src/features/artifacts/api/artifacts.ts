import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getJson, request, type Page } from '../../../lib/api';
import { readIfThere } from '../../../lib/existence';

export interface Artifact {
  name: string;
  type: string;
  project?: string | null;
  description?: string | null;
  latestVersion?: number | null;
  versionCount: number;
  size: number;
  createdAt: string;
  updatedAt: string;
}

export interface Version {
  name: string;
  version: number;
  type: string;
  aliases: string[];
  fileCount: number;
  size: number;
  createdAt: string;
  deletedAt?: string | null;
  deletedBy?: string | null;
  deleteReason?: string | null;
}

export interface Manifest {
  name: string;
  version: number;
  description?: string | null;
  aliases: string[];
  files: { path: string; size: number; sha256: string }[];
  size: number;
  digest: string;
  metadata: Record<string, string>;
  jobId?: string | null;
  runId?: string | null;
  createdAt: string;
}

const root = '/api/artifacts';
const refreshEvery = 5000;

export function addressOf(name: string, version: number): string {
  return `${root}/${encodeURIComponent(name)}/versions/${version}`;
}

/** One artifact, kept fresh; null when there is none. */
export function useArtifact(name: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: [root, name],
    queryFn: ({ signal }) => readIfThere<Artifact>(client, root, 'name', name, signal),
    refetchInterval: ({ state: { data } }) => (data ? refreshEvery : false),
  });
}

export function useVersions(name: string) {
  return useQuery({
    queryKey: [root, name, 'versions'],
    queryFn: ({ signal }) => getJson<Page<Version>>(`${root}/${encodeURIComponent(name)}/versions?limit=200`, signal),
    refetchInterval: refreshEvery,
  });
}

/** The versions of an artifact that can be restored. */
export function useDeletedVersions(name: string) {
  return useQuery({
    queryKey: [root, name, 'versions', 'deleted'],
    queryFn: ({ signal }) =>
      getJson<Page<Version>>(`${root}/${encodeURIComponent(name)}/versions?deleted=true&limit=200`, signal),
    refetchInterval: refreshEvery,
  });
}

/** What the query cache knows a version by. */
export function versionKey(name: string, version: number) {
  return [root, name, 'versions', version];
}

export function useManifest(name: string, version: number) {
  return useQuery({
    queryKey: versionKey(name, version),
    queryFn: ({ signal }) => getJson<Manifest>(addressOf(name, version), signal),
  });
}

export function useSetAlias(name: string, version: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alias: string) =>
      request(`${root}/${encodeURIComponent(name)}/aliases/${encodeURIComponent(alias)}`, {
        method: 'PUT',
        body: JSON.stringify({ version }),
        headers: { 'content-type': 'application/json' },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: [root, name] }),
  });
}
