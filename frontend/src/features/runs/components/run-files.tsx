import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { FolderOpen } from 'lucide-react';
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { Button } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { SearchBox } from '../../../components/search-box';
import { ActionError, EmptyState, Pending } from '../../../components/states';
import { ApiError } from '../../../lib/api';
import { useEditRefusal } from '../../../lib/caller';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { useMediaQuery } from '../../../lib/use-media-query';
import { foldersTo, nameOf } from '../api/file-content';
import { byFileName, nextOrder, sortFiles, type FileOrder } from '../api/file-order';
import { deleteFile, keyOfStored, nearestFolder, useFiles, type FileRow } from '../api/run-files';
import type { Run } from '../api/runs';
import { FilePreview } from './file-preview';
import { FileTable } from './file-table';
import { openFolder, placeOf, type RunSearch } from './run-tabs';

interface RunFilesProps {
  run: Run;
  search: RunSearch;
}

/** Where the preview has no room beside the list; the same as in files.css. */
const narrowScreen = '(max-width: 1000px)';

/** The files of a run by folder, and what is in one of them. The address keeps both. */
export function RunFiles({ run, search }: RunFilesProps) {
  const t = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { file } = search;
  const folder = openFolder(search);
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
  const frame = useRef<HTMLDivElement>(null);
  // What was open until the focus is back where it was opened from.
  const closed = useRef<string | null>(null);
  const close = () => {
    closed.current = file ?? null;
    void go({ folder, search: text }, true);
  };
  useEscape(close, file !== undefined);
  const [order, setOrder] = useState(byFileName);
  // The row that has the focus once its folder is read.
  const awaitedRef = useRef<string | null>(null);
  const open = useCallback(
    (to: string) => {
      awaitedRef.current = to.length < folder.length ? folder : '';
      void go({ folder: to });
    },
    [go, folder],
  );
  const isNarrow = useMediaQuery(narrowScreen);
  // On a narrow screen the preview is there instead of the list.
  const isHidden = isNarrow && file !== undefined;
  useLayoutEffect(() => {
    const link = [...frame.current!.querySelectorAll<HTMLElement>('.file-link')].find(
      one => one.dataset.path === closed.current,
    );
    if (isHidden && document.activeElement?.closest('.files-list')) {
      frame.current!.querySelector<HTMLElement>('.file-preview button')?.focus();
    } else if (file === undefined && link) {
      closed.current = null;
      link.focus();
    }
  }, [file, isHidden]);
  const list = (
    <section className="panel files-list" aria-label={t('artifact.files')} hidden={isHidden}>
      <div className="panel-bar">
        <Crumbs id={run.id} folder={folder} />
        <SearchBox
          main
          label={folder ? t('files.search.in', { folder: nameOf(folder) }) : t('files.search')}
          value={text}
          onChange={onSearch}
        />
      </div>
      <List
        key={folder}
        {...{ run, folder, search, order, awaitedRef }}
        onOrder={by => setOrder(nextOrder(order, by))}
        onOpen={open}
        onClear={() => void go({ folder })}
        onSearchAll={() => void go({ search: text })}
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
  );
  return (
    <div ref={frame} className="files" data-preview={file ? true : undefined}>
      <span role="status" className="off-screen">
        {file && t('file.preview', { path: file })}
      </span>
      {list}
      {file && <FilePreview key={file} runId={run.id} path={file} live={live} isAlone={isNarrow} onClose={close} />}
    </div>
  );
}

/** Escape does something, except in a field and in a dialog, which have their own use for it. */
function useEscape(action: () => void, isOn: boolean): void {
  const act = useEffectEvent(action);
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const press = (event: KeyboardEvent) => {
      const isTaken =
        (event.target instanceof HTMLElement && event.target.matches('input:not([type="range"]), textarea, select')) ||
        document.querySelector('[role="dialog"]') !== null;
      if (event.key === 'Escape' && !event.defaultPrevented && !isTaken) {
        act();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [isOn]);
}

/** A link to a folder is not the current one in those below it. */
const exactly = { exact: true, includeSearch: true };

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
  order: FileOrder;
  /** The path of the row that gets the focus, empty for the first one. */
  awaitedRef: RefObject<string | null>;
  onOrder: (by: FileOrder['by']) => void;
  onOpen: (folder: string) => void;
  onClear: () => void;
  onSearchAll: () => void;
  onDelete: (path: string) => Promise<void>;
}

function List({ run, folder, search, order, onDelete, ...rest }: ListProps) {
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
  const loaded = files.data.pages.flatMap(page => page.rows);
  const rows = sortFiles(loaded, order);
  if (rows.length === 0) {
    return text ? (
      <EmptyState title={folder ? t('files.noMatch.in', { folder }) : t('files.noMatch')}>
        {folder && <Button onClick={rest.onSearchAll}>{t('files.searchAll')}</Button>}
        <Button onClick={rest.onClear}>{t('common.clearFilter')}</Button>
      </EmptyState>
    ) : (
      <EmptyState
        title={t(run.endedAt ? 'files.none.title' : 'files.empty.title')}
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
        order={order}
        awaitedRef={rest.awaitedRef}
        onOrder={rest.onOrder}
        onOpen={rest.onOpen}
        onDelete={canDelete ? row => setAsked(row) : undefined}
      />
      {files.hasNextPage && (
        <div className="files-more">
          <Button busy={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
            {t('files.more')}
          </Button>
          <span className="muted">{t('files.loaded', { count: loaded.length })}</span>
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
