import { expect, test } from 'vitest';
import { parsePlaces, placeOf, rowsAbove, setPlace } from './list-places';

test('a place is remembered until the list is at its first row again', () => {
  setPlace('a', 12.5);
  expect(placeOf('a')).toBe(12.5);
  setPlace('a', 0);
  expect(placeOf('a')).toBe(0);
  expect(placeOf('never shown')).toBe(0);
});

test('the oldest places are forgotten', () => {
  for (let number = 0; number <= 500; number++) {
    setPlace(`entry ${number}`, 1);
  }
  expect([placeOf('entry 0'), placeOf('entry 1'), placeOf('entry 500')]).toEqual([0, 1, 1]);
});

test('what was stored is read, and what is spoilt is left out', () => {
  expect([...parsePlaces('[["a",3],["b",0.5]]')]).toEqual([
    ['a', 3],
    ['b', 0.5],
  ]);
  expect([...parsePlaces('[["a",3],["b"],[1,2],"c",["d","e"],["f",-1],null]')]).toEqual([['a', 3]]);
  for (const text of [null, '', '{', '{}', '7', 'null']) {
    expect(parsePlaces(text).size).toBe(0);
  }
});

test('rows of any height are counted as far as they are above the edge', () => {
  const heights = [20, 60, 40];
  const topsAt = (scrolled: number) => (index: number) =>
    heights.slice(0, index).reduce((sum, height) => sum + height, 0) - scrolled;
  expect([-50, 0, 10, 20, 50, 100, 120, 500].map(scrolled => rowsAbove(3, topsAt(scrolled)))).toEqual([
    0, 0, 0.5, 1, 1.5, 2.5, 3, 3,
  ]);
});
