import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { File, Folder, FolderOpen, Trash2 } from 'lucide-react';
import { useCallback, useState, type KeyboardEvent } from 'react';
import { Button, IconButton } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { DownloadButton } from '../../../components/download-button';
import { SearchBox } from '../../../components/search-box';
import { ActionError, EmptyState, Pending } from '../../../components/states';
import { Ago } from '../../../components/time';
import { ApiError } from '../../../lib/api';
import { useEditRefusal } from '../../../lib/caller';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { folderOf, foldersTo, nameOf } from '../api/file-content';
import { deleteFile, keyOfStored, nearestFolder, runFileOf, useFiles, type FileRow } from '../api/run-files';
import type { Run } from '../api/runs';
import { FilePreview } from './file-preview';
import type { RunSearch } from './run-tabs';

interface RunFilesProps {
  run: Run;
  search: RunSearch;
}

/** The files of a run by folder, and what is in one of them. The address keeps both. */
export function RunFiles({ run, search }: RunFilesProps) {
  const t = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { file } = search;
  const folder = search.folder ?? folderOf(file ?? '');
  const text = search.search ?? '';
  const live = !run.endedAt;
  const go = useCallback(
    (to: RunSearch, replace = false) =>
      navigate({ to: '/runs/$id', params: { id: run.id }, search: placeOf(to), replace }),
    [navigate, run.id],
  );
  const isSearching = text !== '';
  const onSearch = useCallback(
    (value: string) => void go({ folder, search: value }, isSearching && value !== ''),
    [go, folder, isSearching],
  );
  return (
    <div className="files" data-preview={file ? true : undefined}>
      <section className="panel files-list" aria-label={t('artifact.files')}>
        <div className="panel-bar">
          <Crumbs id={run.id} folder={folder} />
          <SearchBox main label={t('files.search')} value={text} onChange={onSearch} />
        </div>
        <List
          key={folder}
          run={run}
          folder={folder}
          search={search}
          onClear={() => void go({ folder })}
          onDelete={async path => {
            await deleteFile(run.id, path);
            const isShown = file !== undefined && `${file}/`.startsWith(`${path}/`);
            const place = await nearestFolder(run.id, folder);
            // What is no longer there is left before everything is read again.
            if (place !== folder || isShown) {
              await go({ folder: place, search: text }, true);
            }
            void client.invalidateQueries({ queryKey: keyOfStored(run.id) });
          }}
        />
      </section>
      {file && (
        <FilePreview
          key={file}
          runId={run.id}
          path={file}
          live={live}
          onClose={() => void go({ folder, search: text }, true)}
        />
      )}
    </div>
  );
}

/** A link to a folder is not the current one in those below it. */
const exactly = { exact: true, includeSearch: true };

/** A place in the files of a run as search parameters; what is empty is left out. */
function placeOf({ folder, file, search }: RunSearch): RunSearch {
  return { tab: 'files', folder: folder || undefined, file, search: search || undefined };
}

function Crumbs({ id, folder }: { id: string; folder: string }) {
  const t = useText();
  const places = ['', ...foldersTo(folder)];
  return (
    <nav className="crumbs" aria-label={t('files.folder')}>
      <ol>
        {places.map(place => (
          <li key={place}>
            <Link
              to="/runs/$id"
              params={{ id }}
              search={placeOf({ folder: place })}
              activeOptions={exactly}
              aria-current={place === folder ? 'page' : undefined}
            >
              {place ? nameOf(place) : t('artifact.files')}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface ListProps extends RunFilesProps {
  folder: string;
  onClear: () => void;
  onDelete: (path: string) => Promise<void>;
}

function List({ run, folder, search, onClear, onDelete }: ListProps) {
  const t = useText();
  const text = search.search ?? '';
  const files = useFiles(run.id, folder, text, !run.endedAt);
  const [asked, setAsked] = useState<FileRow | null>(null);
  // Who may change nothing, and whose files may not be changed, is not offered to delete.
  const canDelete = useEditRefusal() === undefined && !run.deletion;
  if (files.error instanceof ApiError && files.error.status === 404) {
    return (
      <EmptyState title={t('files.absent.title')} text={t('files.absent.text', { folder })}>
        <Link to="/runs/$id" params={{ id: run.id }} search={placeOf({})} activeOptions={exactly} className="button">
          {t('files.absent.back')}
        </Link>
      </EmptyState>
    );
  }
  if (!files.data) {
    return (
      <div className="panel-note">
        <Pending error={files.error} onRetry={files.refetch} />
      </div>
    );
  }
  const rows = files.data.pages.flatMap(page => page.rows);
  if (rows.length === 0) {
    return text ? (
      <EmptyState title={t('common.noMatch')}>
        <Button onClick={onClear}>{t('common.clearFilter')}</Button>
      </EmptyState>
    ) : (
      <EmptyState
        title={t('files.empty.title')}
        text={t('files.empty.text')}
        icon={<FolderOpen aria-hidden="true" />}
      />
    );
  }
  return (
    <>
      <FileTable
        run={run}
        rows={rows}
        folder={folder}
        search={search}
        onDelete={canDelete ? row => setAsked(row) : undefined}
      />
      {files.hasNextPage && (
        <div className="files-more">
          <Button busy={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
            {t('files.more')}
          </Button>
          <ActionError error={files.isFetchNextPageError ? files.error : null} />
        </div>
      )}
      {asked && (
        <ConfirmDialog
          open
          danger
          title={t('bin.purge.title', { things: nameOf(asked.path) })}
          text={
            asked.isFolder
              ? t('files.delete.folder', { count: asked.files, size: formatBytes(asked.size) })
              : t('files.delete.file', { size: formatBytes(asked.size) })
          }
          confirm={t('bin.purge')}
          refuse={t('common.cancel')}
          onConfirm={() => onDelete(asked.path)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

interface FileTableProps extends RunFilesProps {
  rows: readonly FileRow[];
  folder: string;
  /** Left out when nothing may be deleted. */
  onDelete?: (row: FileRow) => void;
}

function FileTable({ run, rows, folder, search, onDelete }: FileTableProps) {
  const t = useText();
  return (
    <table className="plain file-table">
      <thead>
        <tr>
          <th scope="col">{t('common.name')}</th>
          <th scope="col" className="file-date">
            {t('artifacts.updated')}
          </th>
          <th scope="col" className="file-size">
            {t('artifacts.size')}
          </th>
          <th scope="col">
            <span className="off-screen">{t('batch.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => {
          const name = row.path.slice(folder ? folder.length + 1 : 0);
          return (
            <tr key={row.path} data-shown={row.path === search.file || undefined}>
              <th scope="row">
                <Link
                  to="/runs/$id"
                  params={{ id: run.id }}
                  search={placeOf(row.isFolder ? { folder: row.path } : { ...search, folder, file: row.path })}
                  activeOptions={exactly}
                  aria-current={row.path === search.file ? 'true' : undefined}
                  className="file-link"
                  onKeyDown={goToRow}
                >
                  {row.isFolder ? <Folder aria-hidden="true" /> : <File aria-hidden="true" />}
                  <span>{name}</span>
                </Link>
                {row.isFolder && (
                  <span className="muted file-count">{t('artifact.fileCount', { count: row.files })}</span>
                )}
              </th>
              <td className="file-date">
                <Ago at={row.updatedAt} />
              </td>
              <td className="file-size">{formatBytes(row.size)}</td>
              <td className="file-buttons">
                {!row.isFolder && (
                  <DownloadButton
                    small
                    address={runFileOf(run.id, row.path)}
                    fileName={nameOf(row.path)}
                    label={t('artifact.file.download', { path: name })}
                  />
                )}
                {onDelete && (
                  <IconButton
                    label={t('files.delete', { name })}
                    icon={<Trash2 aria-hidden="true" />}
                    onClick={() => onDelete(row)}
                  />
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The arrow keys go from row to row. */
function goToRow(event: KeyboardEvent): void {
  const row = event.currentTarget.closest('tr');
  const next =
    event.key === 'ArrowDown' ? row?.nextElementSibling : event.key === 'ArrowUp' ? row?.previousElementSibling : null;
  if (next) {
    event.preventDefault();
    next.querySelector<HTMLElement>('.file-link')?.focus();
  }
}
