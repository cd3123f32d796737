import type { QueryKey } from '@tanstack/react-query';
import { ApiError, type Schemas } from './api';
import { isOutage } from './standing-error';

/** What became of one thing of several; a problem says why it was left as it was. */
export type BatchItem = Schemas['BatchItem'];

/** How many ids the API takes at once. */
export const batchLimit = 200;

/** What permanent deletion deletes, by kind of thing. */
export type PurgeContent = Partial<Schemas['JobContent'] & Schemas['RunContent']> &
  Partial<Omit<Schemas['VersionContent'], 'orphaned'>>;

export interface Purge {
  items: BatchItem[];
  content: PurgeContent;
}

/** What the API calls the things that rows are, or stand for. */
export type Unit = 'job' | 'run' | 'artifact' | 'version';

/** What can be done to the rows of a list, several at once. */
export interface BinCommands<Row> {
  unit: Unit;
  /** What the ids are those of, where a row stands for several things. */
  part?: Unit;
  /** The list that they are in, which the query cache knows it by. */
  list: string;
  keyOf: (row: Row) => string;
  /** The key of the row that a query is about; left out where it comes after the list. */
  rowOf?: (queryKey: QueryKey) => string;
  /** Set where a row cannot be read while it is in the recycle bin. */
  isHidden?: boolean;
  nameOf: (row: Row) => string;
  /** What the API calls a row: one id, or several where it stands for several things. */
  idsOf: (row: Row) => Promise<string[]> | string[];
  remove: (ids: string[], reason: string | undefined) => Promise<BatchItem[]>;
  restore: (ids: string[]) => Promise<BatchItem[]>;
  purge: (ids: string[], dryRun: boolean) => Promise<Purge>;
}

/** One thing that a row is, or stands for. */
export interface Target<Row> {
  id: string;
  /** What users know it by. */
  name: string;
  row: Row;
}

/** All things that rows stand for. */
export async function targetsOf<Row>(commands: BinCommands<Row>, rows: readonly Row[]): Promise<Target<Row>[]> {
  const targets: Target<Row>[] = [];
  for (const row of rows) {
    const ids = await commands.idsOf(row);
    // Where a row stands for several, their ids say which.
    const isOne = ids.length === 1 && ids[0] === commands.keyOf(row);
    targets.push(...ids.map(id => ({ id, name: isOne ? commands.nameOf(row) : id, row })));
  }
  return targets;
}

/** What became of rows and of the things that they stand for. */
export interface Outcome<Row> {
  /** The rows of which everything was done. */
  rows: Row[];
  done: Target<Row>[];
  refused: (BatchItem & { name: string })[];
  /** The keys of the rows that are no longer in the list: also of those that someone else deleted permanently. */
  left: string[];
}

export function outcomeOf<Row>(
  commands: Pick<BinCommands<Row>, 'keyOf'>,
  targets: readonly Target<Row>[],
  items: readonly BatchItem[],
): Outcome<Row> {
  const byId = new Map(items.map(item => [item.id, item]));
  const isDone = ({ id }: Target<Row>) => byId.get(id)?.done ?? false;
  const isGone = (target: Target<Row>) => isDone(target) || isMissing(byId.get(target.id));
  const rowsOf = (holds: (target: Target<Row>) => boolean) => {
    const others = new Set(targets.filter(target => !holds(target)).map(({ row }) => row));
    return [...new Set(targets.map(({ row }) => row))].filter(row => !others.has(row));
  };
  const names = new Map(targets.map(({ id, name }) => [id, name]));
  return {
    rows: rowsOf(isDone),
    done: targets.filter(isDone),
    refused: items.filter(({ done }) => !done).map(item => ({ ...item, name: names.get(item.id) ?? item.id })),
    left: rowsOf(isGone).map(commands.keyOf),
  };
}

function isMissing(item: BatchItem | undefined): boolean {
  return item?.problem?.code.endsWith('.not-found') ?? false;
}

/** Does to one after another what the API has no batch for. What is refused does not keep the others from being done. */
export async function oneByOne(
  ids: readonly string[],
  command: (id: string) => Promise<unknown>,
): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  for (const id of ids) {
    try {
      await command(id);
      items.push({ id, done: true });
    } catch (error) {
      if (!(error instanceof ApiError) || isOutage(error)) {
        throw error;
      }
      items.push({ id, done: false, problem: problemOf(error) });
    }
  }
  return items;
}

function problemOf({ message, problem }: ApiError): BatchItem['problem'] {
  const { code, args, parts } = problem;
  return {
    code: problem.type?.split('/').at(-1) ?? '',
    detail: message,
    detailCode: code ? ({ code, args, parts } as Schemas['SentenceCode']) : undefined,
  };
}

/** What several things that are deleted permanently contain together. */
export function sumContents(contents: readonly (PurgeContent | null)[]): PurgeContent {
  const sum: Record<string, number> = {};
  for (const content of contents) {
    for (const [key, value] of Object.entries(content ?? {})) {
      sum[key] = (sum[key] ?? 0) + value;
    }
  }
  return sum;
}
