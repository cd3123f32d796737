import { expect, test } from 'vitest';
import { departed, inOrder, range, remaining, type Stretch } from './selection';

const keyOf = (row: string) => row;
const part = (rows: string, ends: Partial<Stretch<string>> = {}): Stretch<string> => ({
  key: 'list',
  loaded: [...rows],
  isStart: false,
  isEnd: false,
  ...ends,
});
const whole = (rows: string) => part(rows, { isStart: true, isEnd: true });
const selected = (rows: string) => new Map([...rows].map(row => [row, row]));

test('a row between two that stay is gone', () => {
  expect(departed(part('abcd'), part('abd'), keyOf)).toEqual(['c']);
});

test('rows that new ones may have pushed out of sight are not known to be gone', () => {
  expect(departed(part('abcd', { isStart: true }), part('xyab', { isStart: true }), keyOf)).toEqual([]);
  expect(departed(part('abcd'), part('cdef'), keyOf)).toEqual([]);
  expect(departed(part('abcd'), part('wxyz'), keyOf)).toEqual([]);
});

test('at the ends of the list nothing else can have happened to them', () => {
  expect(departed(part('abcd', { isStart: true }), part('cd', { isStart: true }), keyOf)).toEqual(['a', 'b']);
  expect(departed(part('abcd', { isEnd: true }), part('ab', { isEnd: true }), keyOf)).toEqual(['c', 'd']);
  expect(departed(whole('ab'), whole(''), keyOf)).toEqual(['a', 'b']);
});

test('a selection loses what has left the list, and keeps what is merely out of sight', () => {
  expect([...remaining(selected('bz'), part('abc'), part('ac'), keyOf).keys()]).toEqual(['z']);
  expect([...remaining(selected('bz'), part('abc'), whole('ab'), keyOf).keys()]).toEqual(['b']);
  const all = selected('ab');
  expect(remaining(all, whole('abc'), whole('ab'), keyOf)).toBe(all);
});

test('a range goes in either direction, from a row that is loaded', () => {
  const rows = [...'abcde'];
  expect(range(rows, 'b', 'd', keyOf)).toEqual(['b', 'c', 'd']);
  expect(range(rows, 'd', 'b', keyOf)).toEqual(['b', 'c', 'd']);
  expect(range(rows, 'z', 'd', keyOf)).toEqual(['d']);
  expect(range(rows, null, 'd', keyOf)).toEqual(['d']);
});

test('selected rows are in the order of the list, those that are not loaded at the end', () => {
  expect(inOrder(selected('zcab'), [...'abc'], keyOf)).toEqual(['a', 'b', 'c', 'z']);
});
