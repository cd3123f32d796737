import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { addressOf } from '../../../lib/address';
import { api, read, readIfThere, untilRefused, type Schemas } from '../../../lib/api';
import { oneByOne, type BinCommands } from '../../../lib/batch';
import type { RowOf } from '../../../lib/use-rows';

export type Artifact = Schemas['ArtifactDetail'];
export type Version = Schemas['ArtifactVersion'];
export type VersionId = Pick<Version, 'name' | 'version'>;
export type Manifest = Schemas['ArtifactManifest'];

const root = '/api/artifacts';
const refreshEvery = 5000;

/** The address of all files of a version in an archive. */
export function archiveOf(name: string, version: number): string {
  return addressOf('/api/artifacts/{name}/versions/{version}/archive', pathOf(name, version));
}

/** The address of one file of a version, whose path stays one in the address. */
export function fileOf(name: string, version: number, path: string): string {
  const folder = addressOf('/api/artifacts/{name}/versions/{version}', pathOf(name, version));
  return `${folder}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function pathOf(name: string, version: number) {
  return { path: { name, version: String(version) } };
}

/** One artifact, kept fresh; null when there is none. */
export function useArtifact(name: string) {
  return useQuery({
    queryKey: [root, name],
    queryFn: ({ signal }) => readIfThere(api.GET('/api/artifacts/{name}', { params: { path: { name } }, signal })),
    refetchInterval: ({ state: { data } }) => (data ? refreshEvery : false),
  });
}

export function useVersions(name: string) {
  return useQuery({
    queryKey: [root, name, 'versions'],
    queryFn: ({ signal }) => readVersions(name, undefined, signal),
    refetchInterval: untilRefused(refreshEvery),
  });
}

/** The versions of an artifact that can be restored. */
export function useDeletedVersions(name: string) {
  return useQuery({
    queryKey: [root, name, 'versions', 'deleted'],
    queryFn: ({ signal }) => readVersions(name, true, signal),
    refetchInterval: untilRefused(refreshEvery),
  });
}

/** All versions, newest first. */
async function readVersions(name: string, deleted: boolean | undefined, signal?: AbortSignal) {
  const page = (cursor?: string) => {
    const params = { path: { name }, query: { deleted, limit: 200, cursor } };
    return read(api.GET('/api/artifacts/{name}/versions', { params, signal }));
  };
  const versions = await page();
  for (let cursor = versions.nextCursor; cursor !== null;) {
    const next = await page(cursor);
    versions.items.push(...next.items);
    cursor = next.nextCursor;
  }
  return versions;
}

export function useManifest(name: string, version: number, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: [root, name, 'versions', version],
    queryFn: ({ signal }) =>
      read(api.GET('/api/artifacts/{name}/versions/{version}', { params: pathOf(name, version), signal })),
  });
}

const versionCommands = {
  list: root,
  remove: async (ids, reason) =>
    (await read(api.POST('/api/artifacts/versions/delete', { body: { ids, reason } }))).items,
  restore: ids =>
    oneByOne(ids, id => {
      const [name = '', version = ''] = id.split(':');
      return api.POST('/api/artifacts/{name}/versions/{version}/restore', { params: { path: { name, version } } });
    }),
  purge: async (ids, dryRun) => {
    const { items, content } = await read(api.POST('/api/artifacts/versions/purge', { body: { ids, dryRun } }));
    return { items, content };
  },
} satisfies Partial<BinCommands<VersionId>>;

/** What can be done to several versions. */
export const versionBin: BinCommands<VersionId> = {
  ...versionCommands,
  unit: 'version',
  keyOf: idOf,
  rowOf: ([, name, , version]) => `${String(name)}:${String(version)}`,
  isHidden: true,
  nameOf: idOf,
  idsOf: version => [idOf(version)],
};

/** The same for artifacts, which stand for all their versions: those in the recycle bin, or the others. */
export function artifactBin(deleted: boolean): BinCommands<RowOf<'/api/artifacts'>> {
  return {
    ...versionCommands,
    unit: 'artifact',
    part: 'version',
    keyOf: artifact => artifact.name,
    nameOf: artifact => artifact.name,
    idsOf: async artifact => (await readVersions(artifact.name, deleted || undefined)).items.map(idOf),
  };
}

function idOf({ name, version }: VersionId): string {
  return `${name}:${version}`;
}

export function useSetAlias(name: string, version: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alias: string) =>
      api.PUT('/api/artifacts/{name}/aliases/{alias}', { params: { path: { name, alias } }, body: { version } }),
    onSuccess: () => client.invalidateQueries({ queryKey: [root, name] }),
  });
}
