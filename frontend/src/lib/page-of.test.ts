import { expect, test } from 'vitest';
import { pageOf } from './page-of';

test('a long list has pages, and a page that is no longer there is the last one', () => {
  expect(pageOf(['a', 'b', 'c'], 2, 1)).toEqual({ page: 1, last: 1, first: 2, shown: ['c'] });
  expect(pageOf(['a', 'b'], 2, 1)).toEqual({ page: 0, last: 0, first: 0, shown: ['a', 'b'] });
  expect(pageOf([], 2, 0)).toEqual({ page: 0, last: 0, first: 0, shown: [] });
});
