import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState, type ReactNode } from 'react';
import { useLocale, useText } from '../lib/i18n/i18n';
import { useRows } from '../lib/use-rows';
import { Button } from './button';
import { PageHeader } from './page-header';
import { SearchBox } from './search-box';
import { EmptyState, Pending } from './states';
import type { KnownStatus } from './status-badge';
import { VirtualTable, type Column } from './virtual-table';

/** The search parameters of a list page. */
export interface ListSearch {
  status?: string;
  project?: string;
  search?: string;
}

interface ListPageProps<T> extends ListProps<T> {
  title: string;
  /** Actions beside the title. */
  actions?: ReactNode;
  searchLabel: string;
  /** The statuses to choose from; left out where rows have none. */
  statuses?: readonly KnownStatus[];
}

/** A page that is one list with its filter, which is kept in the address. */
export function ListPage<T>({ title, actions, searchLabel, statuses, ...list }: ListPageProps<T>) {
  const t = useText();
  const { path, search } = list;
  const change = useFilterChange(path, search);
  const onSearch = useCallback((value: string) => change({ search: value }), [change]);
  const onProject = useCallback((value: string) => change({ project: value }), [change]);
  return (
    <div className="page page-fill">
      <PageHeader title={title}>{actions}</PageHeader>
      <div className="filters">
        <SearchBox main label={searchLabel} value={search.search ?? ''} onChange={onSearch} />
        <SearchBox label={t('common.filter.project')} value={search.project ?? ''} onChange={onProject} />
        {statuses && (
          <div className="segments" role="group" aria-label={t('common.status')}>
            <button type="button" aria-pressed={!search.status} onClick={() => change({ status: '' })}>
              {t('common.all')}
            </button>
            {statuses.map(one => (
              <button
                key={one}
                type="button"
                aria-pressed={search.status === one}
                onClick={() => change({ status: one })}
              >
                {t(`status.${one}`)}
              </button>
            ))}
          </div>
        )}
      </div>
      <List {...list} />
    </div>
  );
}

interface ListProps<T> {
  /** The page's path; its rows come from the same path of the API. */
  path: '/jobs' | '/runs' | '/artifacts';
  search: ListSearch;
  tableLabel: string;
  columns: readonly Column<T>[];
  /** Shown while there are no items at all. */
  empty: ReactNode;
}

/** A list in all its states: loading, failed, empty, nothing found, and its rows. */
function List<T>({ path, search, tableLabel, columns, empty }: ListProps<T>) {
  const t = useText();
  const locale = useLocale();
  const change = useFilterChange(path, search);
  // The filter is applied while a project is typed; a trailing slash would be refused.
  const project = search.project?.replace(/\/+$/, '');
  const rows = useRows<T>(`/api${path}`, { ...search, project });
  const [sight, setSight] = useState({ first: 1, last: 1 });
  const onVisibleRangeChange = useCallback((first: number, last: number) => setSight({ first, last }), []);
  if (!rows.isLoaded) {
    return <Pending error={rows.error} onRetry={rows.retry} rows={10} />;
  }
  if (rows.total === 0) {
    return Object.values(search).some(Boolean) ? (
      <EmptyState title={t('common.noMatch')}>
        <Button onClick={() => change({ status: '', project: '', search: '' })}>{t('common.clearFilter')}</Button>
      </EmptyState>
    ) : (
      empty
    );
  }
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <>
      <VirtualTable
        name={path.slice(1)}
        label={tableLabel}
        columns={columns}
        rows={rows}
        onVisibleRangeChange={onVisibleRangeChange}
      />
      <p className="table-foot muted number">
        {t('common.rows', {
          first: number(sight.first),
          last: number(Math.min(sight.last, rows.total)),
          total: number(rows.total),
        })}
      </p>
    </>
  );
}

/** Changes a part of the filter in the URL; empty values are left out. */
function useFilterChange(path: ListProps<unknown>['path'], { status, project, search }: ListSearch) {
  const navigate = useNavigate();
  return useCallback(
    (part: ListSearch) => {
      const set = Object.entries({ status, project, search, ...part }).filter(([, value]) => value);
      void navigate({ to: path, search: Object.fromEntries(set), replace: true });
    },
    [navigate, path, status, project, search],
  );
}
