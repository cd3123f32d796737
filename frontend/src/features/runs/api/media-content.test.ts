import { expect, test } from 'vitest';
import { cellText, commonEdges, readHistogram, readTable, rebin, spread, wholeText } from './media-content';

test('a table is read as the SDK writes it, and nothing else is', () => {
  expect(readTable('{"columns":["a",1],"data":[[1,null]]}')).toEqual({ columns: ['a', '1'], data: [[1, null]] });
  expect(readTable('{"columns":["a"],"data":[{"a":1}]}')).toBeNull();
  expect(readTable('null')).toBeNull();
  expect(readTable('<html>')).toBeNull();
});

test('a histogram has one more edge than counts, all of them numbers', () => {
  expect(readHistogram('{"counts":[1,2],"edges":[0,1,2]}')).toEqual({ counts: [1, 2], edges: [0, 1, 2] });
  expect(readHistogram('{"counts":[1,2],"edges":[0,1]}')).toBeNull();
  expect(readHistogram('{"counts":[],"edges":[0]}')).toBeNull();
  expect(readHistogram('{"counts":["1"],"edges":[0,1]}')).toBeNull();
  expect(readHistogram('[]')).toBeNull();
});

test('cells say what they have', () => {
  const values = [null, 'x', 1234567, 1 / 3, true, { a: 1 }];
  expect(values.map(cellText)).toEqual(['–', 'x', '1234567', '0.33333', 'true', '{"a":1}']);
  expect(wholeText(1 / 3)).toBe('0.3333333333333333');
  const long = readTable('{"columns":["id"],"data":[[1152921504606846976]]}')?.data[0]?.[0];
  expect([cellText(long), wholeText([long])]).toEqual(['1152921504606846976', '[1152921504606846976]']);
});

test('histograms of several steps are counted in the same bins', () => {
  const one = { counts: [4, 2], edges: [0, 2, 4] };
  const other = { counts: [6], edges: [3, 6] };
  const bounds = commonEdges([one, other], 3);
  expect(bounds).toEqual([0, 2, 4, 6]);
  expect(rebin(one, bounds)).toEqual([4, 2, 0]);
  expect(rebin(other, bounds)).toEqual([0, 2, 4]);
});

test('values that are all the same are in one bin', () => {
  const same = { counts: [5], edges: [1, 1] };
  const bounds = commonEdges([same], 2);
  expect(bounds).toEqual([0.5, 1, 1.5]);
  expect(rebin(same, bounds)).toEqual([0, 5]);
  expect(rebin(same, [0, 0.5, 1])).toEqual([0, 5]);
});

test('of many steps some are taken, with the first and the last', () => {
  const steps = Array.from({ length: 101 }, (_, step) => step);
  expect(spread(steps, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(spread([1, 2], 5)).toEqual([1, 2]);
});
