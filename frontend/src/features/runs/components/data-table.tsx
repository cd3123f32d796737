import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Pager } from '../../../components/pager';
import { SearchInput } from '../../../components/search-input';
import { useText } from '../../../lib/i18n/i18n';
import { cellText, wholeText, type Table } from '../api/media-content';
import { columnsOfNumbers, findRows, nextTableOrder, sortRows, type TableOrder } from '../api/table-rows';

interface DataTableProps {
  table: Table;
  label: string;
  rowsPerPage: number;
}

/** A table of data page by page, which is searched and sorted here. */
export function DataTable({ table, label, rowsPerPage }: DataTableProps) {
  const t = useText();
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<TableOrder | null>(null);
  const [chosen, setChosen] = useState(0);
  const { columns, data } = table;
  const areNumbers = useMemo(() => columnsOfNumbers(table), [table]);
  const found = useMemo(() => sortRows(findRows(data, search), order), [data, search, order]);
  const last = Math.max(0, Math.ceil(found.length / rowsPerPage) - 1);
  const page = Math.min(chosen, last);
  const first = page * rowsPerPage;
  const rows = found.slice(first, first + rowsPerPage);
  const sortBy = (column: number) => {
    setOrder(nextTableOrder(order, column));
    setChosen(0);
  };
  return (
    <div className="data-table">
      {data.length > rowsPerPage && <SearchInput label={t('media.searchRows')} value={search} onChange={setSearch} />}
      <div className="scroll data-scroll" tabIndex={0} role="region" aria-label={label}>
        <table className="plain">
          <thead>
            <tr>
              {columns.map((column, place) => (
                <th
                  key={place}
                  scope="col"
                  data-number={areNumbers[place] || undefined}
                  aria-sort={order?.column !== place ? undefined : order.isDescending ? 'descending' : 'ascending'}
                >
                  <SortButton
                    name={column || '–'}
                    direction={order?.column === place ? order.isDescending : undefined}
                    onClick={() => sortBy(place)}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => (
              <tr key={first + place}>
                {columns.map((_, column) => (
                  <td key={column} title={wholeText(row[column])} data-number={areNumbers[column] || undefined}>
                    {cellText(row[column])}
                  </td>
                ))}
              </tr>
            ))}
            {rows.length === 0 && (
              <tr>
                <td colSpan={Math.max(1, columns.length)} className="muted">
                  {t(data.length === 0 ? 'media.noRows' : 'common.noMatch')}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {data.length > rowsPerPage && (
        <Pager {...{ page, last, first, rows: rows.length, total: found.length, setChosen }} />
      )}
    </div>
  );
}

interface SortButtonProps {
  name: string;
  /** Whether it is sorted in descending order; undefined when it is not sorted by this. */
  direction: boolean | undefined;
  onClick: () => void;
}

/** The name of a column, which sorts by it. */
export function SortButton({ name, direction, onClick }: SortButtonProps) {
  const t = useText();
  return (
    <button type="button" className="sort-button" title={t('table.sort', { name })} onClick={onClick}>
      {name}
      {direction === undefined ? null : direction ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />}
    </button>
  );
}
