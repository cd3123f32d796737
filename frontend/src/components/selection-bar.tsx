import { ArchiveRestore, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { batchLimit } from '../lib/batch';
import { useAdministerRefusal, useEditRefusal } from '../lib/caller';
import { useLocale, useText } from '../lib/i18n/i18n';
import { loadModule } from '../lib/load-module';
import type { Batch } from '../lib/use-batch';
import { Names, useThings } from './batch-report';
import { Button, IconButton } from './button';
import { Field } from './field';
import type { PurgeDialog as LoadedPurgeDialog } from './purge-dialog';

// Loaded when they are first asked for: a list opens without them.
const ConfirmDialog = lazy(() =>
  loadModule(() => import('./confirm-dialog')).then(module => ({ default: module.ConfirmDialog })),
);
// The type of what is loaded later forgets that it takes rows of any kind.
const PurgeDialog = lazy(() =>
  loadModule(() => import('./purge-dialog')).then(module => ({ default: module.PurgeDialog })),
) as unknown as typeof LoadedPurgeDialog;

interface SelectionBarProps<Row> {
  batch: Batch<Row>;
  /** Whether the rows are in the recycle bin. */
  deleted: boolean;
  /** How many rows the list has, where what looks like all of them is only what is loaded. */
  partOf?: number;
  /** What happens to what belongs to them. */
  note?: string;
}

/** What can be done to the selected rows of a list. */
export function SelectionBar<Row>({ batch, deleted, partOf, note }: SelectionBarProps<Row>) {
  const t = useText();
  const locale = useLocale();
  const [isPurging, setIsPurging] = useState(false);
  // What is asked about stays in the question while it is being done.
  const [asked, setAsked] = useState<readonly Row[]>([]);
  const [isDeleting, setIsDeleting] = useState(false);
  const [reason, setReason] = useState('');
  const things = useThings(batch.commands);
  const { rows, clear } = batch.selection;
  const { countOf } = batch.commands;
  const number = (value: number) => value.toLocaleString(locale);
  const tooMany = rows.length > batchLimit ? t('batch.limit', { limit: batchLimit }) : undefined;
  const edit = useEditRefusal() ?? tooMany;
  const administer = useAdministerRefusal() ?? tooMany;
  const isAny = rows.length > 0;
  useClearOnEscape(isAny, clear);
  useEffect(() => {
    if (isAny) {
      // It takes room from the list: the row that has just been selected stays in sight.
      document.activeElement?.scrollIntoView({ block: 'nearest' });
    }
  }, [isAny]);
  return (
    <>
      {isAny && (
        <div className="selection-bar" role="group" aria-label={t('batch.column')} aria-keyshortcuts="s">
          <IconButton label={t('batch.clear')} icon={<X aria-hidden="true" />} onClick={clear} />
          <strong className="number">
            {t('batch.count', { things: t(`unit.${batch.commands.unit}`, { count: number(rows.length) }) })}
          </strong>
          <div className="selection-actions">
            {deleted ? (
              <>
                <Button
                  icon={<ArchiveRestore aria-hidden="true" />}
                  refusal={edit}
                  busy={rows.every(batch.isRestoring)}
                  onClick={() => void batch.restore(rows)}
                >
                  {t('bin.restore')}
                </Button>
                <Button
                  kind="danger"
                  icon={<Trash2 aria-hidden="true" />}
                  refusal={administer}
                  onClick={() => setIsPurging(true)}
                >
                  {t('bin.purge')}
                </Button>
              </>
            ) : (
              <Button
                icon={<Trash2 aria-hidden="true" />}
                refusal={edit}
                onClick={() => {
                  setAsked(rows);
                  setIsDeleting(true);
                }}
              >
                {t('bin.delete')}
              </Button>
            )}
            <kbd aria-hidden="true">s</kbd>
          </div>
          {tooMany ? (
            <span className="error-text" role="status">
              {tooMany}
            </span>
          ) : (
            partOf !== undefined && <span className="muted">{t('batch.partOf', { total: number(partOf) })}</span>
          )}
        </div>
      )}
      <Suspense>
        {asked.length > 0 && (
          <ConfirmDialog
            open={isDeleting}
            danger
            title={t('bin.delete.title', { name: things(asked, countOf && sum(asked.map(countOf))) })}
            text={[t('bin.delete.text'), note].filter(Boolean).join(' ')}
            confirm={t('bin.delete')}
            refuse={t('common.cancel')}
            onConfirm={async () => {
              await batch.remove(asked, reason);
              setReason('');
            }}
            onClose={() => setIsDeleting(false)}
          >
            <Names rows={asked} nameOf={batch.commands.nameOf} />
            <Field label={t('bin.reason')}>
              <input value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
            </Field>
          </ConfirmDialog>
        )}
        {isPurging && <PurgeDialog batch={batch} onClose={() => setIsPurging(false)} />}
      </Suspense>
    </>
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Clears a selection when Escape is pressed in its list, or in what belongs to it. */
function useClearOnEscape(isAny: boolean, clear: () => void): void {
  useEffect(() => {
    if (!isAny) {
      return;
    }
    const press = (event: KeyboardEvent) => {
      const isHere = event.target instanceof Element && event.target.closest('.table, .versions, .selection-bar');
      if (event.key === 'Escape' && !event.defaultPrevented && isHere) {
        clear();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}
