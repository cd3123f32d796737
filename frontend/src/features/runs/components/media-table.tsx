import { useQuery } from '@tanstack/react-query';
import { Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import { readTable } from '../api/media-content';
import { bytesOf } from '../api/run-files';
import type { Media } from '../api/run-media';
import { DataTable } from './data-table';

const rowsPerPage = 10;

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
    <DataTable table={data} label={t('media.label', { key: item.key, step: item.step })} rowsPerPage={rowsPerPage} />
  ) : (
    <p className="muted">{t('file.broken')}</p>
  );
}
