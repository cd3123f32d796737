import { expect, test } from 'vitest';
import { byFileName, nextOrder, sortFiles } from './file-order';
import type { FileRow } from './run-files';

const row = (path: string, size = 0, isFolder = false): FileRow => ({
  path,
  size,
  isFolder,
  files: 1,
  updatedAt: `2026-11-29T00:00:0${size % 10}Z`,
});
const pathsOf = (rows: readonly FileRow[]) => rows.map(({ path }) => path);

test('folders come before files, whose names are in the order for people', () => {
  const rows = [row('README.md'), row('a.txt'), row('shard-10'), row('shard-2'), row('z', 0, true), row('B', 0, true)];
  expect(pathsOf(sortFiles(rows, byFileName))).toEqual(['B', 'z', 'a.txt', 'README.md', 'shard-2', 'shard-10']);
});

test('folders stay before files in any order', () => {
  const rows = [row('small', 1), row('large', 9), row('medium', 5), row('also medium', 5), row('folder', 3, true)];
  const bySize = nextOrder(byFileName, 'size');
  expect(pathsOf(sortFiles(rows, bySize))).toEqual(['folder', 'large', 'also medium', 'medium', 'small']);
  expect(pathsOf(sortFiles(rows, nextOrder(bySize, 'size')))).toEqual([
    'folder',
    'small',
    'also medium',
    'medium',
    'large',
  ]);
});

test('a column is sorted by as one would want it first, and the other way around with the next click', () => {
  expect(nextOrder(byFileName, 'name')).toEqual({ by: 'name', isDescending: true });
  expect(nextOrder(byFileName, 'updated')).toEqual({ by: 'updated', isDescending: true });
  expect(nextOrder({ by: 'size', isDescending: true }, 'name')).toEqual(byFileName);
});
