import { Link } from '@tanstack/react-router';
import { File, FileText, FileVideo, FileAudio, Folder, Image, Table, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { IconButton } from '../../../components/button';
import { CutName } from '../../../components/cut-name';
import { DownloadButton } from '../../../components/download-button';
import { Ago } from '../../../components/time';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { delimiterOf, folderOf, kindOfFile, nameOf } from '../api/file-content';
import type { FileOrder } from '../api/file-order';
import { runFileOf, type FileRow } from '../api/run-files';
import type { Run } from '../api/runs';
import { SortButton } from './data-table';
import { placeOf, type RunSearch } from './run-tabs';

interface FileTableProps {
  run: Run;
  rows: readonly FileRow[];
  folder: string;
  search: RunSearch;
  order: FileOrder;
  /** The path of the row that gets the focus, empty for the first one. */
  awaitedRef: RefObject<string | null>;
  onOrder: (by: FileOrder['by']) => void;
  onOpen: (folder: string) => void;
  /** Left out where nothing may be deleted. */
  onDelete?: (row: FileRow) => void;
}

/** Rows of files. The Tab key stops at one of them only; the arrow keys go to the others, up and down the folders too. */
export function FileTable({ rows, folder, search, order, awaitedRef, onOrder, onOpen, ...rest }: FileTableProps) {
  const t = useText();
  const table = useRef<HTMLTableElement>(null);
  const [active, setActive] = useState(search.file);
  const current = rows.find(({ path }) => path === active) ?? rows.find(({ path }) => path === search.file) ?? rows[0];
  useEffect(() => {
    if (awaitedRef.current !== null) {
      const path = awaitedRef.current;
      awaitedRef.current = null;
      const links = [...table.current!.querySelectorAll<HTMLElement>('.file-link')];
      (links.find(one => one.dataset.path === path) ?? links[0])?.focus();
    }
  }, [awaitedRef]);
  const isShownHere = rows.some(({ path }) => path === search.file);
  useEffect(() => {
    if (isShownHere) {
      table.current?.querySelector('tr[data-shown]')?.scrollIntoView({ block: 'nearest' });
    }
  }, [search.file, isShownHere]);
  const press = (event: KeyboardEvent, row: FileRow) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const links = [...table.current!.querySelectorAll<HTMLElement>('.file-link')];
    const to = placeAfter(event.key, rows.indexOf(row), rows.length);
    if (to !== null) {
      event.preventDefault();
      links[to]?.focus();
    } else if (event.key === 'ArrowLeft' && folder) {
      event.preventDefault();
      onOpen(folderOf(folder));
    } else if (event.key === 'ArrowRight' && row.isFolder) {
      event.preventDefault();
      onOpen(row.path);
    }
  };
  const head = (by: FileOrder['by'], name: string, className?: string) => (
    <th
      scope="col"
      className={className}
      aria-sort={order.by !== by ? undefined : order.isDescending ? 'descending' : 'ascending'}
    >
      <SortButton
        name={name}
        direction={order.by === by ? order.isDescending : undefined}
        onClick={() => onOrder(by)}
      />
    </th>
  );
  return (
    <table ref={table} className="plain file-table">
      <caption className="off-screen">{t('files.keys')}</caption>
      <thead>
        <tr>
          {head('name', t('common.name'))}
          {head('updated', t('artifacts.updated'), 'file-date')}
          {head('size', t('artifacts.size'), 'file-size')}
          <th scope="col">
            <span className="off-screen">{t('batch.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <Row
            key={row.path}
            row={row}
            folder={folder}
            search={search}
            isActive={row === current}
            onFocus={() => setActive(row.path)}
            onKeyDown={event => press(event, row)}
            onEnter={() => {
              awaitedRef.current = '';
            }}
            {...rest}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Pick<FileTableProps, 'run' | 'folder' | 'search' | 'onDelete'> {
  row: FileRow;
  /** Whether the Tab key stops here. */
  isActive: boolean;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onEnter: () => void;
}

function Row({ run, row, folder, search, isActive, onFocus, onKeyDown, onEnter, onDelete }: RowProps) {
  const t = useText();
  const name = row.path.slice(folder ? folder.length + 1 : 0);
  const tabIndex = isActive ? 0 : -1;
  return (
    <tr data-shown={row.path === search.file || undefined} onFocus={onFocus}>
      <th scope="row">
        <span className="file-name">
          <Link
            to="/runs/$id"
            params={{ id: run.id }}
            search={placeOf(row.isFolder ? { folder: row.path } : { ...search, folder, file: row.path })}
            activeOptions={exactly}
            aria-current={row.path === search.file ? 'true' : undefined}
            aria-label={name}
            className="file-link"
            data-path={row.path}
            tabIndex={tabIndex}
            onKeyDown={onKeyDown}
            onClick={row.isFolder ? onEnter : undefined}
          >
            <Icon row={row} />
            <CutName name={name} />
          </Link>
          {row.isFolder && <span className="muted file-count">{t('artifact.fileCount', { count: row.files })}</span>}
        </span>
      </th>
      <td className="file-date">
        <Ago at={row.updatedAt} />
      </td>
      <td className="file-size">{formatBytes(row.size)}</td>
      <td className="file-buttons">
        {!row.isFolder && (
          <DownloadButton
            small
            tabIndex={tabIndex}
            address={runFileOf(run.id, row.path)}
            fileName={nameOf(row.path)}
            label={t('artifact.file.download', { path: name })}
          />
        )}
        {onDelete && (
          <IconButton
            tabIndex={tabIndex}
            label={t('files.delete', { name })}
            icon={<Trash2 aria-hidden="true" />}
            onClick={() => onDelete(row)}
          />
        )}
      </td>
    </tr>
  );
}

/** A link to a folder is not the current one in those below it. */
const exactly = { exact: true, includeSearch: true };

const icons = { image: Image, audio: FileAudio, video: FileVideo, text: FileText };

/** What some texts end with; other files may be anything. */
const texts = /\.(txt|md|rst|json|jsonl|ya?ml|toml|ini|cfg|py|sh|js|ts|html|xml|log|out|err)$/i;

function Icon({ row: { path, isFolder } }: { row: FileRow }) {
  const kind = kindOfFile(path);
  const Shown = isFolder
    ? Folder
    : delimiterOf(path)
      ? Table
      : kind === 'text' && !texts.test(path)
        ? File
        : icons[kind];
  return <Shown aria-hidden="true" />;
}

/** The place of the row that a key goes to; null for other keys. */
function placeAfter(key: string, place: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, place + 1);
    case 'ArrowUp':
      return Math.max(0, place - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
