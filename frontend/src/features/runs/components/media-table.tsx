import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../../components/button';
import { Pending } from '../../../components/states';
import { useLocale, useText } from '../../../lib/i18n/i18n';
import { cellText, readTable, wholeText, type Table } from '../api/media-content';
import { bytesOf } from '../api/run-files';
import type { Media } from '../api/run-media';

const rowsPerPage = 20;

/** A table of a step. */
export function MediaTable({ runId, item }: { runId: string; item: Media }) {
  const t = useText();
  const { data, error, refetch } = useQuery({
    ...bytesOf(runId, item.path, item.at, async answer => readTable(await answer.text())),
    placeholderData: before => before,
  });
  if (data === undefined) {
    return <Pending error={error} onRetry={refetch} rows={4} />;
  }
  return data ? (
    <Rows table={data} label={t('media.label', { key: item.key, step: item.step })} />
  ) : (
    <p className="muted">{t('file.broken')}</p>
  );
}

function Rows({ table: { columns, data }, label }: { table: Table; label: string }) {
  const t = useText();
  const locale = useLocale();
  const [chosen, setChosen] = useState(0);
  const last = Math.max(0, Math.ceil(data.length / rowsPerPage) - 1);
  const page = Math.min(chosen, last);
  const first = page * rowsPerPage;
  const rows = data.slice(first, first + rowsPerPage);
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label={label}>
        <table className="plain">
          <thead>
            <tr>
              {columns.map((column, place) => (
                <th key={place} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => (
              <tr key={first + place}>
                {columns.map((_, column) => (
                  <td
                    key={column}
                    title={wholeText(row[column])}
                    data-number={typeof row[column] === 'number' || undefined}
                  >
                    {cellText(row[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {last > 0 && (
        <div className="pager">
          <IconButton
            label={t('media.previousRows')}
            icon={<ChevronLeft aria-hidden="true" />}
            disabled={page === 0}
            onClick={() => setChosen(page - 1)}
          />
          <span className="muted number" role="status">
            {t('common.rows', {
              first: number(first + 1),
              last: number(first + rows.length),
              total: number(data.length),
            })}
          </span>
          <IconButton
            label={t('media.nextRows')}
            icon={<ChevronRight aria-hidden="true" />}
            disabled={page === last}
            onClick={() => setChosen(page + 1)}
          />
        </div>
      )}
    </>
  );
}
