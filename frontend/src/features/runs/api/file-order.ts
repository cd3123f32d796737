import { compareNames } from '../../../lib/natural-order';
import type { FileRow } from './run-files';

export const fileColumns = ['name', 'updated', 'size'] as const;

/** What files are sorted by. */
export interface FileOrder {
  by: (typeof fileColumns)[number];
  isDescending: boolean;
}

export const byFileName: FileOrder = { by: 'name', isDescending: false };

type Compare = (one: FileRow, other: FileRow) => number;

const byPath: Compare = (one, other) => compareNames(one.path, other.path);

const compares: Record<FileOrder['by'], Compare> = {
  name: byPath,
  updated: (one, other) => Date.parse(one.updatedAt) - Date.parse(other.updatedAt),
  size: (one, other) => one.size - other.size,
};

/** Folders before files, and both in an order; those that are alike in it by name. */
export function sortFiles(rows: readonly FileRow[], { by, isDescending }: FileOrder): FileRow[] {
  const compare = compares[by];
  return [...rows].sort(
    (one, other) =>
      Number(other.isFolder) - Number(one.isFolder) ||
      (isDescending ? compare(other, one) : compare(one, other)) ||
      byPath(one, other),
  );
}

/** The order that a click on a column leads to: names begin at A, dates and sizes with the newest and the largest. */
export function nextOrder(order: FileOrder, by: FileOrder['by']): FileOrder {
  return { by, isDescending: order.by === by ? !order.isDescending : by !== 'name' };
}
