import { useNavigate, useRouter } from '@tanstack/react-router';
import { ArrowLeft, Trash2 } from 'lucide-react';
import { useCallback, useState, type ReactNode } from 'react';
import { ApiError } from '../lib/api';
import type { BinCommands } from '../lib/batch';
import { useEditRefusal } from '../lib/caller';
import { useLocale, useText, useSay, type Text } from '../lib/i18n/i18n';
import { fieldErrors, type Say } from '../lib/i18n/sentences';
import { changeFilter, isMoreTyping, type ListSearch } from '../lib/list-search';
import { userName } from '../lib/user-name';
import { useBatch } from '../lib/use-batch';
import { useRows, type ListPath, type RowOf } from '../lib/use-rows';
import { BatchNotice } from './batch-report';
import { Button } from './button';
import { FilterChip } from './filter-chip';
import { FilterRow } from './filter-row';
import { JobLink } from './job-link';
import { restoreColumn, selectColumn } from './list-columns';
import { PageHeader } from './page-header';
import { SearchBox } from './search-box';
import { SelectionBar } from './selection-bar';
import { EmptyState, Pending } from './states';
import type { KnownStatus } from './status-badge';
import { VirtualTable, type Column } from './virtual-table';

interface ListPageProps<Path extends ListPath> extends ListProps<Path> {
  /** Actions beside the title. */
  actions?: ReactNode;
  searchLabel: string;
  /** The statuses to choose from; left out where rows have none. */
  statuses?: readonly KnownStatus[];
}

/** A page that is one list with its filter, which is kept in the address. */
export function ListPage<Path extends ListPath>({
  title,
  actions,
  searchLabel,
  statuses,
  ...list
}: ListPageProps<Path>) {
  const t = useText();
  const { rows, search } = list;
  const heading = search.deleted ? t('bin.title', { list: title }) : title;
  const change = useFilterChange(rows, search);
  const onSearch = useCallback((value: string) => change({ search: value }), [change]);
  const chosen = search.status?.split(',') ?? [];
  const onProject = useCallback((value: string) => change({ project: value }), [change]);
  return (
    <div className="page page-fill">
      <PageHeader title={heading}>
        {search.deleted ? (
          <Button icon={<ArrowLeft aria-hidden="true" />} onClick={() => change({ deleted: false })}>
            {t('bin.leave')}
          </Button>
        ) : (
          <>
            <Button kind="quiet" icon={<Trash2 aria-hidden="true" />} onClick={() => change({ deleted: true })}>
              {t('bin.filter')}
            </Button>
            {actions}
          </>
        )}
      </PageHeader>
      {search.deleted && <p className="muted">{t('bin.about')}</p>}
      <FilterRow
        folded={[search.project, search.status].filter(Boolean).length}
        more={
          <>
            <SearchBox label={t('common.filter.project')} value={search.project ?? ''} onChange={onProject} />
            {statuses && (
              <div className="segments" role="group" aria-label={t('common.status')}>
                <button type="button" aria-pressed={chosen.length === 0} onClick={() => change({ status: '' })}>
                  {t('common.all')}
                </button>
                {statuses.map(one => (
                  <button
                    key={one}
                    type="button"
                    aria-pressed={chosen.includes(one)}
                    onClick={() => change({ status: one })}
                  >
                    {t(`status.${one}`)}
                  </button>
                ))}
              </div>
            )}
          </>
        }
        chips={
          <>
            {search.submittedBy && (
              <FilterChip name={t('job.owner')} onRemove={() => change({ submittedBy: '' })}>
                {userName(search.submittedBy) ?? search.submittedBy}
              </FilterChip>
            )}
            {search.parent && (
              <FilterChip name={t('job.parent')} onRemove={() => change({ parent: '' })}>
                <JobLink id={search.parent} />
              </FilterChip>
            )}
          </>
        }
      >
        <SearchBox main label={searchLabel} value={search.search ?? ''} onChange={onSearch} />
      </FilterRow>
      {/* What was selected or done in the list does not concern its recycle bin. */}
      <List key={String(search.deleted)} title={heading} {...list} />
    </div>
  );
}

interface ListProps<Path extends ListPath> {
  /** Where its rows come from. */
  rows: Path;
  search: ListSearch;
  title: string;
  /** What the table is called while a filter is set. */
  tableLabel: string;
  columns: readonly Column<RowOf<Path>>[];
  /** Shown while there are no items at all. */
  empty: ReactNode;
  /** What can be done to several rows. */
  bin: BinCommands<RowOf<Path>>;
  /** What becomes of what belongs to deleted rows. */
  deleteNote?: string;
}

/** A list in all its states: loading, failed, empty, nothing found, and its rows. */
function List<Path extends ListPath>({
  rows: path,
  search,
  title,
  tableLabel,
  columns,
  empty,
  bin,
  deleteNote,
}: ListProps<Path>) {
  const t = useText();
  const say = useSay();
  const locale = useLocale();
  const change = useFilterChange(path, search);
  // The filter is applied while a project is typed; a trailing slash would be refused.
  const project = search.project?.replace(/\/+$/, '') || undefined;
  const { status, search: text, submittedBy, parent, deleted } = search;
  const rows = useRows(path, { status, project, search: text, submittedBy, parent, deleted: deleted || undefined });
  const batch = useBatch(bin, rows);
  const { selection } = batch;
  const refusal = useEditRefusal();
  // Nothing matches the filter before until the rows of this one are there.
  const isFiltered = rows.isPrevious || [status, project, text, submittedBy, parent].some(Boolean);
  const [sight, setSight] = useState({ first: 1, last: 1 });
  const onVisibleRangeChange = useCallback((first: number, last: number) => setSight({ first, last }), []);
  const clear = <Button onClick={() => change(noFilter)}>{t('common.clearFilter')}</Button>;
  if (rows.error instanceof ApiError && rows.error.status === 400 && isFiltered) {
    return (
      <EmptyState title={t('common.badFilter')} text={filterErrors(t, say, rows.error)}>
        {clear}
      </EmptyState>
    );
  }
  if (!rows.isLoaded) {
    return <Pending error={rows.error} onRetry={rows.retry} rows={10} />;
  }
  const isPart = rows.total > selection.rows.length && rows.loaded.every(selection.has);
  const number = (value: number) => value.toLocaleString(locale);
  const allColumns = [
    // Who may change nothing has nothing to select for.
    ...(refusal ? [] : [selectColumn(t, batch, rows.loaded)]),
    ...columns,
    ...(deleted ? [restoreColumn(t, batch, refusal)] : []),
  ];
  return (
    <>
      {rows.total > 0 ? (
        <VirtualTable
          name={path.slice('/api/'.length)}
          label={isFiltered ? tableLabel : title}
          columns={allColumns}
          rows={rows}
          keyOf={bin.keyOf}
          onVisibleRangeChange={onVisibleRangeChange}
        />
      ) : isFiltered ? (
        <EmptyState title={t('common.noMatch')}>{clear}</EmptyState>
      ) : deleted ? (
        <EmptyState title={t('bin.empty')} />
      ) : (
        <Unlisted path={path} empty={empty} onShow={() => change({ deleted: true })} />
      )}
      {/* Below the table: its rows stay where they are when it appears. */}
      <SelectionBar
        batch={batch}
        deleted={Boolean(deleted)}
        partOf={isPart ? rows.total : undefined}
        note={deleteNote}
      />
      <BatchNotice batch={batch} />
      {rows.total > 0 && (
        <p className="table-foot muted number">
          {t('common.rows', {
            first: number(sight.first),
            last: number(Math.min(sight.last, rows.total)),
            total: number(rows.total),
          })}
        </p>
      )}
    </>
  );
}

/** What an empty list says: there is nothing yet, or all of it is in the recycle bin. */
function Unlisted({ path, empty, onShow }: { path: ListPath; empty: ReactNode; onShow: () => void }) {
  const t = useText();
  const rows = useRows(path, { deleted: true });
  return !rows.isLoaded || rows.total === 0 ? (
    empty
  ) : (
    <EmptyState title={t('bin.all')}>
      <Button onClick={onShow}>{t('bin.show')}</Button>
    </EmptyState>
  );
}

/** Leaves what is shown, the list or its recycle bin, as it is. */
const noFilter: Required<Omit<ListSearch, 'deleted'>> = {
  status: '',
  project: '',
  search: '',
  submittedBy: '',
  parent: '',
};

/** What is wrong with which part of a filter. */
function filterErrors(t: Text, say: Say, { problem, message }: ApiError): string {
  const names: Record<string, string> = {
    status: t('common.status'),
    project: t('common.project'),
    search: t('common.search'),
    submittedBy: t('job.owner'),
    parent: t('job.parent'),
  };
  const errors = Object.entries(fieldErrors(say, problem)).map(([field, texts]) =>
    t('common.named', { name: names[field] ?? field, text: texts.join(' ') }),
  );
  return errors.join(' ') || message;
}

/** The page that shows a list. */
const pages = { '/api/jobs': '/jobs', '/api/runs': '/runs', '/api/artifacts': '/artifacts' } as const;

/** Changes a part of the filter in the URL. */
function useFilterChange(list: ListPath, filter: ListSearch) {
  const path = pages[list];
  const { status, project, search, submittedBy, parent, deleted } = filter;
  const navigate = useNavigate();
  const router = useRouter();
  return useCallback(
    (part: ListSearch) => {
      // A search that waited for a pause in typing must not bring back a page that is being left.
      if (router.latestLocation.pathname.replace(/\/$/, '') !== path) {
        return;
      }
      void navigate({
        to: path,
        search: changeFilter({ status, project, search, submittedBy, parent, deleted }, part),
        // Back undoes a filter, and what was typed as a whole.
        replace: isMoreTyping({ project, search }, part),
      });
    },
    [navigate, router, path, status, project, search, submittedBy, parent, deleted],
  );
}
