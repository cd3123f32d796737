import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArchiveRestore, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { batchLimit, namedIds, type BatchItem, type BinCommands, type PurgeContent } from '../lib/batch';
import { useAdministerRefusal, useEditRefusal } from '../lib/caller';
import { formatBytes } from '../lib/format';
import { useLocale, useSay, useText } from '../lib/i18n/i18n';
import { keepFocus } from '../lib/keep-focus';
import type { Selection } from '../lib/use-selection';
import { Button, IconButton } from './button';
import { ConfirmDialog } from './confirm-dialog';
import { Field } from './field';
import { ActionError } from './states';

type Action = 'delete' | 'restore' | 'purge';

/** What became of each thing of a batch. */
interface Report {
  action: Action;
  items: BatchItem[];
  names: ReadonlyMap<string, string>;
}

export type Batch<Row> = ReturnType<typeof useBatch<Row>>;

/** Does something to several rows of a list and reports what became of each. */
export function useBatch<Row>(commands: BinCommands<Row>) {
  const client = useQueryClient();
  const [report, setReport] = useState<Report | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isPending, setIsPending] = useState(false);
  const run = async (action: Action, rows: readonly Row[], send: (ids: string[]) => Promise<BatchItem[]>) => {
    const names = await namedIds(commands, rows);
    const items = await send([...names.keys()]);
    setReport({ action, items, names });
    setError(null);
    await client.invalidateQueries({ queryKey: [commands.list] });
  };
  return {
    commands,
    report,
    error,
    isPending,
    dismiss: () => {
      setReport(null);
      setError(null);
    },
    remove: (rows: readonly Row[], reason: string) =>
      run('delete', rows, ids => commands.remove(ids, reason.trim() || undefined)),
    purge: (rows: readonly Row[]) => run('purge', rows, async ids => (await commands.purge(ids, false)).items),
    restore: async (rows: readonly Row[]) => {
      setIsPending(true);
      try {
        await run('restore', rows, commands.restore);
        keepFocus();
        return true;
      } catch (reason) {
        setError(reason);
        return false;
      } finally {
        setIsPending(false);
      }
    },
  };
}

interface SelectionBarProps<Row> {
  selection: Selection<Row>;
  batch: Batch<Row>;
  /** Whether the rows are in the recycle bin. */
  deleted: boolean;
  /** What happens to what belongs to them. */
  note?: string;
}

/** What can be done to the selected rows of a list, and what became of those before. */
export function SelectionBar<Row>({ selection, batch, deleted, note }: SelectionBarProps<Row>) {
  const t = useText();
  const locale = useLocale();
  const [asking, setAsking] = useState<'delete' | 'purge' | null>(null);
  const [reason, setReason] = useState('');
  const { rows } = selection;
  const count = rows.length.toLocaleString(locale);
  const tooMany = rows.length > batchLimit ? t('batch.limit', { limit: batchLimit }) : undefined;
  const edit = useEditRefusal() ?? tooMany;
  const administer = useAdministerRefusal() ?? tooMany;
  return (
    <>
      {rows.length > 0 && (
        <div className="selection-bar" role="group" aria-label={t('batch.column')}>
          <strong className="number">{t('batch.count', { count })}</strong>
          {deleted ? (
            <>
              <Button
                icon={<ArchiveRestore aria-hidden="true" />}
                refusal={edit}
                disabled={batch.isPending}
                onClick={() => void batch.restore(rows).then(isDone => isDone && selection.clear())}
              >
                {t('bin.restore')}
              </Button>
              <Button
                kind="danger"
                icon={<Trash2 aria-hidden="true" />}
                refusal={administer}
                onClick={() => setAsking('purge')}
              >
                {t('bin.purge')}
              </Button>
            </>
          ) : (
            <Button icon={<Trash2 aria-hidden="true" />} refusal={edit} onClick={() => setAsking('delete')}>
              {t('bin.delete')}
            </Button>
          )}
          <Button kind="quiet" onClick={selection.clear}>
            {t('batch.clear')}
          </Button>
        </div>
      )}
      <ActionError error={batch.error} />
      {batch.report && <ReportView report={batch.report} onClose={batch.dismiss} />}
      <ConfirmDialog
        open={asking === 'delete'}
        danger
        title={t('batch.delete.title', { count })}
        text={[t('batch.delete.text'), note].filter(Boolean).join(' ')}
        confirm={t('bin.delete')}
        refuse={t('common.cancel')}
        onConfirm={async () => {
          await batch.remove(rows, reason);
          setReason('');
          selection.clear();
        }}
        onClose={() => setAsking(null)}
      >
        <Field label={t('bin.reason')}>
          <input value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
        </Field>
      </ConfirmDialog>
      {asking === 'purge' && (
        <PurgeDialog rows={rows} batch={batch} onDone={() => selection.clear()} onClose={() => setAsking(null)} />
      )}
    </>
  );
}

interface PurgeDialogProps<Row> {
  rows: readonly Row[];
  batch: Batch<Row>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks before rows are deleted permanently, and says first what that would delete. */
function PurgeDialog<Row>({ rows, batch, onDone, onClose }: PurgeDialogProps<Row>) {
  const t = useText();
  const { commands } = batch;
  const { data, error } = useQuery({
    queryKey: [commands.list, 'dry run', ...rows.map(commands.keyOf)],
    queryFn: async () => {
      const names = await namedIds(commands, rows);
      return { names, ...(await commands.purge([...names.keys()], true)) };
    },
    gcTime: 0,
  });
  const due = data?.items.filter(item => item.done).length ?? 0;
  return (
    <ConfirmDialog
      open
      danger
      title={t('bin.purge.title', { count: data ? due : rows.length })}
      text={t('bin.purge.text')}
      confirm={t('bin.purge')}
      refuse={t('common.cancel')}
      disabled={due === 0}
      onConfirm={async () => {
        await batch.purge(rows);
        onDone();
      }}
      onClose={onClose}
    >
      <div role="status" className="dry-run">
        {data ? (
          <>
            {due > 0 && <Contents content={data.content} />}
            <Refused items={data.items} names={data.names} />
          </>
        ) : (
          !error && <p className="muted">{t('common.loading')}</p>
        )}
      </div>
      <ActionError error={error} />
    </ConfirmDialog>
  );
}

/** What is deleted, and what stays because others have it too. */
function Contents({ content }: { content: PurgeContent }) {
  const t = useText();
  const locale = useLocale();
  const number = (value = 0) => value.toLocaleString(locale);
  const { logBytes, files, metrics, points, orphanedBlobs, orphanedBytes, sharedBlobs, sharedBytes } = content;
  return (
    <ul>
      {logBytes !== undefined && <li>{t('bin.purge.log', { size: formatBytes(logBytes) })}</li>}
      {files !== undefined && <li>{t('bin.purge.files', { count: number(files) })}</li>}
      {metrics !== undefined && <li>{t('bin.purge.metrics', { count: number(metrics), points: number(points) })}</li>}
      {orphanedBlobs !== undefined && (
        <li>{t('bin.purge.orphaned', { count: number(orphanedBlobs), size: formatBytes(orphanedBytes ?? 0) })}</li>
      )}
      {sharedBlobs !== undefined && (
        <li>{t('bin.purge.shared', { count: number(sharedBlobs), size: formatBytes(sharedBytes ?? 0) })}</li>
      )}
    </ul>
  );
}

function ReportView({ report: { action, items, names }, onClose }: { report: Report; onClose: () => void }) {
  const t = useText();
  const locale = useLocale();
  const done = items.filter(item => item.done);
  const only = done.length === 1 && names.get(done[0]!.id);
  return (
    <div className="batch-report" role="status">
      <div>
        <p>
          {only
            ? t(`batch.done.${action}.one`, { name: only })
            : t(`batch.done.${action}`, { count: done.length.toLocaleString(locale) })}
        </p>
        <Refused items={items} names={names} />
      </div>
      <IconButton label={t('common.close')} icon={<X aria-hidden="true" />} onClick={onClose} />
    </div>
  );
}

/** What was left as it was, and why. */
function Refused({ items, names }: { items: readonly BatchItem[]; names: ReadonlyMap<string, string> }) {
  const t = useText();
  const say = useSay();
  const locale = useLocale();
  const refused = items.filter(item => !item.done);
  return refused.length === 0 ? null : (
    <>
      <p className="error-text">{t('batch.refused', { count: refused.length.toLocaleString(locale) })}</p>
      <ul>
        {refused.map(({ id, problem }) => (
          <li key={id}>
            <bdi>{names.get(id) ?? id}</bdi>
            {problem && <span className="muted"> – {say(problem.detail, problem.detailCode)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
