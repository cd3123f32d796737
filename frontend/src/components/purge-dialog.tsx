import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { outcomeOf, targetsOf, type PurgeContent } from '../lib/batch';
import { formatBytes } from '../lib/format';
import { useLocale, useText } from '../lib/i18n/i18n';
import { dryRun, type Batch } from '../lib/use-batch';
import { Names, Refused, useThings } from './batch-report';
import { ConfirmDialog } from './confirm-dialog';
import { ActionError } from './states';

/** Asks before the rows that are selected when it opens are deleted permanently, and says first what that would delete. */
export function PurgeDialog<Row>({ batch, onClose }: { batch: Batch<Row>; onClose: () => void }) {
  const t = useText();
  const { commands } = batch;
  const things = useThings(commands);
  const [rows] = useState(batch.selection.rows);
  const { data, error } = useQuery({
    queryKey: [commands.list, dryRun, ...rows.map(commands.keyOf)],
    queryFn: async () => {
      const targets = await targetsOf(commands, rows);
      const { items, content } = await commands.purge(
        targets.map(({ id }) => id),
        true,
      );
      return { targets, content, ...outcomeOf(commands, targets, items) };
    },
    gcTime: 0,
  });
  const due = [...new Set(data?.done.map(({ row }) => row))];
  return (
    <ConfirmDialog
      open
      danger
      title={t('bin.purge.title', { things: due.length > 0 ? things(due, data?.done.length) : things(rows) })}
      text={t('bin.purge.text')}
      confirm={t('bin.purge')}
      refuse={t('common.cancel')}
      disabled={due.length === 0}
      onConfirm={() => batch.purge(data!.targets)}
      onClose={onClose}
    >
      <div role="status" className="dry-run">
        {data ? (
          <>
            <Names rows={due} nameOf={commands.nameOf} />
            {due.length > 0 && <Contents content={data.content} />}
            <Refused items={data.refused} />
          </>
        ) : (
          !error && <p className="muted">{t('common.loading')}</p>
        )}
      </div>
      <ActionError error={error} />
    </ConfirmDialog>
  );
}

/** What is deleted, and what stays because others have it too. What there is none of is left out. */
function Contents({ content }: { content: PurgeContent }) {
  const t = useText();
  const locale = useLocale();
  const number = (value = 0) => value.toLocaleString(locale);
  const { logBytes, files, metrics, points, orphanedBlobs, orphanedBytes, sharedBlobs, sharedBytes } = content;
  const lines = [
    logBytes && t('bin.purge.log', { size: formatBytes(logBytes) }),
    files && t('bin.purge.files', { count: number(files) }),
    metrics && t('bin.purge.metrics', { count: number(metrics), points: number(points) }),
    orphanedBlobs && t('bin.purge.orphaned', { count: number(orphanedBlobs), size: formatBytes(orphanedBytes ?? 0) }),
    sharedBlobs && t('bin.purge.shared', { count: number(sharedBlobs), size: formatBytes(sharedBytes ?? 0) }),
  ].filter(Boolean);
  return (
    lines.length > 0 && (
      <ul>
        {lines.map(line => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    )
  );
}
