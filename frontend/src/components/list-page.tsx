import type { ReactNode } from 'react';
import { useText } from '../lib/i18n/i18n';
import { Button } from './button';
import { EmptyState, ErrorState, LoadingState } from './states';
import { VirtualTable, type Column } from './virtual-table';

interface Pages<T> {
  rows: T[];
  total: number;
  isLoading: boolean;
  error: unknown;
  retry: () => void;
  hasMore: boolean;
  more: () => void;
}

interface ListProps<T> {
  label: string;
  pages: Pages<T>;
  columns: readonly Column<T>[];
  idOf: (row: T) => string;
  filtered: boolean;
  onClear: () => void;
  empty: ReactNode;
}

/** A list in all its states: loading, failed, empty, nothing found, and its rows. */
export function ListPage<T>({ label, pages, columns, idOf, filtered, onClear, empty }: ListProps<T>) {
  const t = useText();
  if (pages.error) {
    return <ErrorState error={pages.error} onRetry={pages.retry} />;
  }
  if (pages.isLoading) {
    return <LoadingState rows={10} />;
  }
  if (pages.rows.length === 0) {
    return filtered ? (
      <EmptyState title={t('common.noMatch')}>
        <Button onClick={onClear}>{t('common.clearFilter')}</Button>
      </EmptyState>
    ) : (
      empty
    );
  }
  return (
    <>
      <VirtualTable
        label={label}
        columns={columns}
        rows={pages.rows}
        idOf={idOf}
        hasMore={pages.hasMore}
        onMore={pages.more}
      />
      <p className="table-foot muted">
        {t('common.of', { shown: pages.rows.length.toLocaleString(), total: pages.total.toLocaleString() })}
      </p>
    </>
  );
}
