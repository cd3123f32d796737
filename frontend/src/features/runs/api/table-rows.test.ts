import { expect, test } from 'vitest';
import { columnsOfNumbers, findRows, nextTableOrder, sortRows } from './table-rows';

const rows = [
  ['b', 10],
  ['a', 9],
  ['c', null],
  ['B2', -1.5],
];

test('numbers are sorted as numbers, names as names, and what is missing comes last', () => {
  const names = (sorted: unknown[][]) => sorted.map(([name]) => name);
  expect(names(sortRows(rows, { column: 1, isDescending: false }))).toEqual(['B2', 'a', 'b', 'c']);
  expect(names(sortRows(rows, { column: 1, isDescending: true }))).toEqual(['b', 'a', 'B2', 'c']);
  expect(names(sortRows(rows, { column: 0, isDescending: false }))).toEqual(['a', 'b', 'B2', 'c']);
  expect(sortRows([['10'], ['9']], { column: 0, isDescending: false })).toEqual([['9'], ['10']]);
  expect(sortRows(rows, null)).toEqual(rows);
});

test('a third click on a column gives the order back in which rows were logged', () => {
  const once = nextTableOrder(null, 1);
  const twice = nextTableOrder(once, 1);
  expect([once, twice, nextTableOrder(twice, 1)]).toEqual([
    { column: 1, isDescending: false },
    { column: 1, isDescending: true },
    null,
  ]);
});

test('rows are found by any of their cells', () => {
  expect(findRows(rows, ' b')).toEqual([rows[0], rows[3]]);
  expect(findRows(rows, '-1.5')).toEqual([rows[3]]);
  expect(findRows(rows, '')).toEqual(rows);
});

test('a column with nothing but numbers is one of numbers', () => {
  expect(columnsOfNumbers({ columns: ['name', 'score'], data: rows })).toEqual([false, true]);
  expect(columnsOfNumbers({ columns: ['name', 'missing'], data: [] })).toEqual([false, false]);
  expect(columnsOfNumbers({ columns: ['missing'], data: [[null]] })).toEqual([false]);
  expect(columnsOfNumbers({ columns: ['name'], data: [['1']], areNumbers: [true] })).toEqual([true]);
});
