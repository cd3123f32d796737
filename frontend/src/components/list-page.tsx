import { useCallback, useState, type ReactNode } from 'react';
import { useLocale, useText } from '../lib/i18n/i18n';
import type { Rows } from '../lib/use-rows';
import { Button } from './button';
import { EmptyState, ErrorState, LoadingState } from './states';
import { VirtualTable, type Column } from './virtual-table';

interface ListProps<T> {
  label: string;
  rows: Rows<T>;
  columns: readonly Column<T>[];
  filtered: boolean;
  onClear: () => void;
  empty: ReactNode;
}

/** A list in all its states: loading, failed, empty, nothing found, and its rows. */
export function ListPage<T>({ label, rows, columns, filtered, onClear, empty }: ListProps<T>) {
  const t = useText();
  const locale = useLocale();
  const [sight, setSight] = useState({ first: 1, last: 1 });
  const onSight = useCallback((first: number, last: number) => setSight({ first, last }), []);
  if (rows.error) {
    return <ErrorState error={rows.error} onRetry={rows.retry} />;
  }
  if (rows.isLoading) {
    return <LoadingState rows={10} />;
  }
  if (rows.total === 0) {
    return filtered ? (
      <EmptyState title={t('common.noMatch')}>
        <Button onClick={onClear}>{t('common.clearFilter')}</Button>
      </EmptyState>
    ) : (
      empty
    );
  }
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <>
      <VirtualTable label={label} columns={columns} rows={rows} onSight={onSight} />
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
