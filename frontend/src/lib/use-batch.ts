import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { leftToUndo, outcomeOf, targetsOf, type BatchItem, type BinCommands, type Outcome, type Target } from './batch';
import type { Stretch } from './selection';
import { useSelection } from './use-selection';

type Action = 'delete' | 'restore' | 'purge';

/** What became of the things of a batch. */
export interface Report<Row> extends Outcome<Row> {
  action: Action;
}

export type Batch<Row> = ReturnType<typeof useBatch<Row>>;

/** What is said about the last batch: what became of it, or why it failed. */
interface Notice<Row> {
  report?: Report<Row>;
  error?: unknown;
  /** The list in which something was selected since. */
  selectedIn?: string;
}

/** Where several lists of a page say what was done last, whichever of them it was done in. */
export function useNotice<Row>() {
  return useState<Notice<Row>>({});
}

/** What the query cache knows the trial of a permanent deletion by, after the list. */
export const dryRun = 'dry run';

/**
 * Rows of a list that are selected, what is done to several at once, and what became of each.
 * @param shared Where that is said, when other lists say it there too. Only one of them has a selection.
 */
export function useBatch<Row>(
  commands: BinCommands<Row>,
  list: Stretch<Row>,
  shared?: ReturnType<typeof useNotice<Row>>,
) {
  const client = useQueryClient();
  const own = useNotice<Row>();
  const [notice, setNotice] = shared ?? own;
  const [listKey, setListKey] = useState(list.key);
  const dismiss = () => setNotice({});
  if (listKey !== list.key) {
    // What was done in another list does not concern this one, nor the other when the user comes back.
    setListKey(list.key);
    dismiss();
  }
  const selection = useSelection(list, commands.keyOf, () => setNotice({ selectedIn: list.key }));
  if (notice.selectedIn !== undefined && notice.selectedIn !== list.key && selection.rows.length > 0) {
    selection.clear();
  }
  /** The keys of rows that are being restored, which must not be asked for twice. */
  const [restoring, setRestoring] = useState<ReadonlySet<string>>(new Set());
  const isRestoring = (row: Row) => restoring.has(commands.keyOf(row));
  const send = async (targets: readonly Target<Row>[], command: (ids: string[]) => Promise<BatchItem[]>) =>
    outcomeOf(commands, targets, await command(targets.map(({ id }) => id)));
  /** Reads again what an action has changed. */
  const refresh = async (action: Action, { rows, left }: Outcome<Row>) => {
    selection.drop(left);
    const isGone = action === 'purge' || (action === 'delete' && commands.isHidden);
    const gone = new Set<unknown>(isGone ? rows.map(commands.keyOf) : []);
    const rowOf = commands.rowOf ?? (key => key[1]);
    await client.invalidateQueries({
      queryKey: [commands.list],
      predicate: ({ queryKey }) => queryKey[1] !== dryRun && !gone.has(rowOf(queryKey)),
    });
  };
  const whileRestoring = async (rows: readonly Row[], work: () => Promise<void>, undone?: Report<Row>) => {
    const keys = rows.map(commands.keyOf);
    setRestoring(before => new Set([...before, ...keys]));
    try {
      await work();
    } catch (error) {
      // What can be undone still can, later.
      setNotice(before => ({ report: undone ?? before.report, error }));
    } finally {
      setRestoring(before => new Set([...before].filter(key => !keys.includes(key))));
    }
  };
  return {
    commands,
    selection,
    notice,
    dismiss,
    isRestoring,
    /** Moves rows into the recycle bin. `onDone` is called before what is shown is read again. */
    remove: async (rows: readonly Row[], reason: string, onDone?: () => void) => {
      const outcome = await send(await targetsOf(commands, rows), ids =>
        commands.remove(ids, reason.trim() || undefined),
      );
      setNotice({ report: { ...outcome, action: 'delete' } });
      onDone?.();
      await refresh('delete', outcome);
    },
    purge: async (targets: readonly Target<Row>[]) => {
      const outcome = await send(targets, async ids => (await commands.purge(ids, false)).items);
      setNotice({ report: { ...outcome, action: 'purge' } });
      await refresh('purge', outcome);
    },
    restore: async (rows: readonly Row[]) => {
      const due = rows.filter(row => !isRestoring(row));
      if (due.length === 0) {
        return;
      }
      await whileRestoring(due, async () => {
        const outcome = await send(await targetsOf(commands, due), commands.restore);
        setNotice({ report: { ...outcome, action: 'restore' } });
        await refresh('restore', outcome);
      });
    },
    /** Takes what was deleted out of the recycle bin again. */
    undo: (report: Report<Row>) =>
      whileRestoring(
        report.done.map(({ row }) => row),
        async () => {
          const outcome = await send(report.done, commands.restore);
          const left = leftToUndo(outcome, report.done);
          setNotice(before =>
            // Who has closed the notice, or gone on, is told only what went wrong.
            before.report !== report && outcome.refused.length === 0
              ? before
              : { report: left ? { ...left, action: 'delete' } : { ...outcome, action: 'restore' } },
          );
          await refresh('restore', outcome);
        },
        report,
      ),
  };
}
