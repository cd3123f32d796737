import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { outcomeOf, targetsOf, type BatchItem, type BinCommands, type Outcome, type Target } from './batch';
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
}

/** Where several lists of a page say what was done last, whichever of them it was done in. */
export function useNotice<Row>() {
  return useState<Notice<Row>>({});
}

/** What the query cache knows the trial of a permanent deletion by, after the list. */
export const dryRun = 'dry run';

/**
 * Rows of a list that are selected, what is done to several at once, and what became of each.
 * @param shared Where that is said, when other lists say it there too.
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
  const selection = useSelection(list, commands.keyOf, dismiss);
  /** What is being restored, which must not be asked for twice. */
  const restoring = useRef(new Set<string>());
  const run = async (
    action: Action,
    targets: readonly Target<Row>[],
    send: (ids: string[]) => Promise<BatchItem[]>,
    onDone?: () => void,
  ): Promise<void> => {
    const outcome = outcomeOf(commands, targets, await send(targets.map(({ id }) => id)));
    setNotice({ report: { ...outcome, action } });
    selection.drop(outcome.left);
    onDone?.();
    const isGone = action === 'purge' || (action === 'delete' && commands.isHidden);
    const gone = new Set<unknown>(isGone ? outcome.rows.map(commands.keyOf) : []);
    const rowOf = commands.rowOf ?? (key => key[1]);
    await client.invalidateQueries({
      queryKey: [commands.list],
      predicate: ({ queryKey }) => queryKey[1] !== dryRun && !gone.has(rowOf(queryKey)),
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
      setNotice({ error: reason });
    } finally {
      due.forEach(({ id }) => restoring.current.delete(id));
    }
  };
  return {
    commands,
    selection,
    notice,
    dismiss,
    /** Moves rows into the recycle bin. `onDone` is called before what is shown is read again. */
    remove: async (rows: readonly Row[], reason: string, onDone?: () => void) =>
      run('delete', await targetsOf(commands, rows), ids => commands.remove(ids, reason.trim() || undefined), onDone),
    purge: (targets: readonly Target<Row>[]) =>
      run('purge', targets, async ids => (await commands.purge(ids, false)).items),
    restore: async (rows: readonly Row[]) => {
      try {
        await restore(await targetsOf(commands, rows));
      } catch (reason) {
        setNotice({ error: reason });
      }
    },
    /** Takes what was deleted out of the recycle bin again. */
    undo: restore,
  };
}
