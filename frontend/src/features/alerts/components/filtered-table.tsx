import { useCallback, useState, type ReactNode } from 'react';
import { Button } from '../../../components/button';
import { EmptyState, Pending, useReason } from '../../../components/states';
import { VirtualTable, type Column } from '../../../components/virtual-table';
import { ApiError } from '../../../lib/api';
import { useLocale, useText } from '../../../lib/i18n/i18n';
import type { Rows } from '../../../lib/use-rows';

interface FilteredTableProps<Row extends { id: string }> {
  /** The key under which its column widths are stored. */
  name: string;
  label: string;
  rows: Rows<Row>;
  columns: readonly Column<Row>[];
  isFiltered: boolean;
  /** Shown while there are no rows at all. */
  empty: ReactNode;
  /** Shown below the table. */
  notice?: ReactNode;
  onClear: () => void;
}

/** A list in all its states: loading, failed, empty, nothing found, and its rows. */
export function FilteredTable<Row extends { id: string }>({
  name,
  label,
  rows,
  columns,
  isFiltered,
  empty,
  notice,
  onClear,
}: FilteredTableProps<Row>) {
  const t = useText();
  const locale = useLocale();
  const reason = useReason(rows.error);
  const [sight, setSight] = useState({ first: 1, last: 1 });
  const onVisibleRangeChange = useCallback((first: number, last: number) => setSight({ first, last }), []);
  const clear = <Button onClick={onClear}>{t('common.clearFilter')}</Button>;
  if (rows.error instanceof ApiError && rows.error.status === 400 && isFiltered) {
    return (
      <EmptyState title={t('common.badFilter')} text={reason}>
        {clear}
      </EmptyState>
    );
  }
  if (!rows.isLoaded) {
    return <Pending error={rows.error} onRetry={rows.retry} rows={10} />;
  }
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <>
      {rows.total > 0 ? (
        <VirtualTable
          name={name}
          label={label}
          columns={columns}
          rows={rows}
          keyOf={row => row.id}
          onVisibleRangeChange={onVisibleRangeChange}
        />
      ) : isFiltered || rows.isPrevious ? (
        <EmptyState title={t('common.noMatch')}>{clear}</EmptyState>
      ) : (
        empty
      )}
      {notice}
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
