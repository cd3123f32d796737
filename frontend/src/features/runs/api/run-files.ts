import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { addressOf } from '../../../lib/address';
import { api, read, send, untilRefused, type Schemas } from '../../../lib/api';
import { decodeText, folderOf, textLimit, wholeLines, type DecodedText, type TextPart } from './file-content';

/** A file, or a folder with what is below it, as it is listed. */
export interface FileRow extends Omit<Schemas['RunFolderEntry'], 'name'> {
  path: string;
}

/** What is known of a file before its bytes are fetched. */
export interface FileHead {
  size: number;
  /** Changes when its bytes do. */
  version: string;
}

interface Found {
  rows: FileRow[];
  next?: string;
}

const pageSize = 500;
const refreshEvery = 5000;
/** Pictures of steps that were left are kept so long. */
const keepBytesFor = 30_000;

/** What the query cache knows what a run has stored by: its files and its media. */
export function keyOfStored(id: string, part?: 'files' | 'media'): string[] {
  return ['/api/runs', id, 'stored', ...(part ? [part] : [])];
}

/** The address of a file of a run, whose path stays one in the address. */
export function runFileOf(id: string, path: string): string {
  const run = addressOf('/api/runs/{id}', { path: { id } });
  return `${run}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** What is in a folder of a run, or the files below it whose path has a text in it; page by page. */
export function useFiles(id: string, folder: string, search: string, live: boolean) {
  return useInfiniteQuery({
    queryKey: [...keyOfStored(id, 'files'), folder, search],
    queryFn: ({ pageParam, signal }) =>
      search ? findFiles(id, folder, search, pageParam, signal) : readFolder(id, folder, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next,
    refetchInterval: live && untilRefused(refreshEvery),
  });
}

async function readFolder(id: string, folder: string, after?: string, signal?: AbortSignal): Promise<Found> {
  const query = { path: folder || undefined, after, limit: String(pageSize) };
  const { entries, next } = await read(api.GET('/api/runs/{id}/folder', { params: { path: { id }, query }, signal }));
  const prefix = folder && `${folder}/`;
  return { rows: entries.map(({ name, ...entry }) => ({ ...entry, path: prefix + name })), next: next ?? undefined };
}

async function findFiles(id: string, folder: string, search: string, cursor?: string, signal?: AbortSignal) {
  const query = { folder: folder || undefined, search, cursor, limit: pageSize };
  const page = await read(api.GET('/api/runs/{id}/files', { params: { path: { id }, query }, signal }));
  const rows = page.items.map(file => ({ ...file, isFolder: false, files: 1 }));
  return { rows, next: page.nextCursor ?? undefined };
}

/** Deletes a file, or a folder with all that is below it, permanently. */
export async function deleteFile(id: string, path: string): Promise<void> {
  await send(new Request(runFileOf(id, path), { method: 'DELETE' }));
}

/** The folder itself while there are files below it, or else the next one around it of which that is true. */
export async function nearestFolder(id: string, folder: string): Promise<string> {
  for (let place = folder; place; place = folderOf(place)) {
    const params = { path: { id }, query: { folder: place, limit: 1 } };
    const { items } = await read(api.GET('/api/runs/{id}/files', { params }));
    if (items.length > 0) {
      return place;
    }
  }
  return '';
}

/** The size of a file and which bytes it has; asked for again while they may change. */
export function useFileHead(id: string, path: string, live: boolean) {
  return useQuery({
    queryKey: [...keyOfStored(id, 'files'), 'head', path],
    queryFn: async ({ signal }): Promise<FileHead> => {
      const { headers } = await send(new Request(runFileOf(id, path), { method: 'HEAD', signal }));
      return { size: Number(headers.get('content-length')), version: headers.get('etag') ?? '' };
    },
    refetchInterval: live && untilRefused(refreshEvery),
  });
}

/** A file as text, or its beginning or end where it is long; null when it is none. */
export function useFileText(id: string, path: string, { size, version }: FileHead, part: TextPart) {
  return useQuery({
    queryKey: ['/api/runs', id, 'text', path, version, part],
    queryFn: async ({ signal }): Promise<DecodedText | null> => {
      const range = part === 'end' ? `bytes=${size - textLimit}-` : `bytes=0-${textLimit - 1}`;
      const isWhole = size <= textLimit;
      const headers = isWhole ? undefined : { range };
      const answer = await send(new Request(runFileOf(id, path), { headers, signal }));
      const decoded = decodeText(new Uint8Array(await answer.arrayBuffer()), isWhole ? undefined : part);
      return decoded && part === 'end' && !isWhole ? { ...decoded, text: wholeLines(decoded.text) } : decoded;
    },
    staleTime: Infinity,
    gcTime: keepBytesFor,
    placeholderData: (before, query) => (query?.queryKey.at(-1) === part ? before : undefined),
  });
}

/**
 * The bytes of a file. They are fetched, as the session's token cannot be sent otherwise; while those of another are on their way, the
 * ones before stay.
 * @param version Changes when the bytes do.
 */
export function useFileBytes(id: string, path: string, version: string) {
  return useQuery({
    ...bytesOf(id, path, version, answer => answer.blob()),
    placeholderData: before => before,
  });
}

/** A file that is fetched once and read. */
export function bytesOf<T>(id: string, path: string, version: string, readAnswer: (answer: Response) => Promise<T>) {
  return {
    queryKey: ['/api/runs', id, 'bytes', path, version],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      readAnswer(await send(new Request(runFileOf(id, path), { signal }))),
    staleTime: Infinity,
    gcTime: keepBytesFor,
  };
}
