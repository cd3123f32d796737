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

/** What can be done to the rows of a list, several at once. */
export interface BinCommands<Row> {
  /** The list that they are in, which the query cache knows it by. */
  list: string;
  keyOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  /** What the API calls a row: one id, or several where it stands for several things. */
  idsOf: (row: Row) => Promise<string[]> | string[];
  remove: (ids: string[], reason: string | undefined) => Promise<BatchItem[]>;
  restore: (ids: string[]) => Promise<BatchItem[]>;
  purge: (ids: string[], dryRun: boolean) => Promise<Purge>;
}

/** All ids of rows, with the names that users know them by. */
export async function namedIds<Row>(commands: BinCommands<Row>, rows: readonly Row[]): Promise<Map<string, string>> {
  const named = new Map<string, string>();
  for (const row of rows) {
    const ids = await commands.idsOf(row);
    // Where a row stands for several, their ids say which.
    ids.forEach(id => named.set(id, ids.length === 1 && id === commands.keyOf(row) ? commands.nameOf(row) : id));
  }
  return named;
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
