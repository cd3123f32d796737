import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { outcomeOf, targetsOf, type BatchItem, type BinCommands, type Outcome, type Target } from './batch';
import type { Stretch } from './selection';
import { useSelection } from './use-selection';

type Action = 'delete' | 'restore' | 'purge';

/** What became of the things of a batch. */
export interface Report<Row> extends Outcome<Row> {
  action: Action;
  /** The list that it was done in. */
  list: string;
}

export type Batch<Row> = ReturnType<typeof useBatch<Row>>;

/** What the query cache knows the trial of a permanent deletion by, after the list. */
export const dryRun = 'dry run';

/** Rows of a list that are selected, what is done to several at once, and what became of each. */
export function useBatch<Row>(commands: BinCommands<Row>, list: Stretch<Row>) {
  const client = useQueryClient();
  const [report, setReport] = useState<Report<Row> | null>(null);
  const [error, setError] = useState<unknown>(null);
  const dismiss = () => {
    setReport(null);
    setError(null);
  };
  const selection = useSelection(list, commands.keyOf, dismiss);
  /** What is being restored, which must not be asked for twice. */
  const restoring = useRef(new Set<string>());
  const run = async (
    action: Action,
    targets: readonly Target<Row>[],
    send: (ids: string[]) => Promise<BatchItem[]>,
  ): Promise<void> => {
    const outcome = outcomeOf(commands, targets, await send(targets.map(({ id }) => id)));
    setReport({ ...outcome, action, list: list.key });
    setError(null);
    selection.drop(outcome.left);
    // What was deleted permanently cannot be read again.
    const gone = new Set<unknown>(action === 'purge' ? outcome.rows.map(commands.keyOf) : []);
    await client.invalidateQueries({
      queryKey: [commands.list],
      predicate: ({ queryKey }) => queryKey[1] !== dryRun && !gone.has(queryKey[1]),
    });
  };
  const restore = async (targets: readonly Target<Row>[]) => {
    const due = targets.filter(({ id }) => !restoring.current.has(id));
    if (due.length === 0) {
      return;
    }
    due.forEach(({ id }) => restoring.current.add(id));
    try {
      await run('restore', due, commands.restore);
    } catch (reason) {
      setError(reason);
    } finally {
      due.forEach(({ id }) => restoring.current.delete(id));
    }
  };
  return {
    commands,
    selection,
    report: report?.list === list.key ? report : null,
    error,
    dismiss,
    remove: async (rows: readonly Row[], reason: string) =>
      run('delete', await targetsOf(commands, rows), ids => commands.remove(ids, reason.trim() || undefined)),
    purge: (targets: readonly Target<Row>[]) =>
      run('purge', targets, async ids => (await commands.purge(ids, false)).items),
    restore: async (rows: readonly Row[]) => {
      try {
        await restore(await targetsOf(commands, rows));
      } catch (reason) {
        setError(reason);
      }
    },
    /** Takes what was deleted out of the recycle bin again. */
    undo: restore,
  };
}
