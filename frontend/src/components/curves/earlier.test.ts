import { expect, test } from 'vitest';
import { earlierLines, withLines, withValues } from './earlier';

const earlier = [
  { steps: [1, 2, 3], times: [10, 11, 12], values: [5, Number.NaN, 7] },
  { steps: [9], times: [20], values: [100] },
];
const drawn = (value: number) => (Number.isFinite(value) ? value : null);

test('what an attempt logged before is a line with its gaps, and a step that was logged twice is none', () => {
  expect(earlierLines(earlier, 'step', 0, drawn)).toEqual([{ xs: [1, 2, 3], values: [5, null, 7] }]);
  expect(earlierLines(earlier, 'time', 0, drawn)[0]?.xs).toEqual([10, 11, 12]);
});

test('the axes have room for it', () => {
  const lines = earlierLines(earlier, 'step', 0, drawn);
  expect(withLines([1, 2], lines)).toEqual([1, 3]);
  expect(withLines([null, null], lines)).toEqual([1, 3]);
  expect(withValues([6, 6], lines, -Infinity, Infinity)).toEqual([5, 7]);
  // Zoomed.
  expect(withValues([6, 6], lines, 2, 3)).toEqual([6, 7]);
  expect(withValues([6, 6], [], 2, 3)).toEqual([6, 6]);
});
