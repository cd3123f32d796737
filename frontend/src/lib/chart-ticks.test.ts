import { expect, test } from 'vitest';
import { atLeast, drawnUnit, logRange, logTicks, stepTicks } from './chart-ticks';

test('a step axis has its last step where there is room for it', () => {
  expect(stepTicks([0, 1195], 500, () => true)).toEqual([0, 500, 1000, 1195]);
  expect(stepTicks([0, 1195], 500, () => false)).toEqual([0, 500, 1000]);
  expect(stepTicks([0, 1000], 500, () => true)).toEqual([0, 500, 1000]);
  expect(stepTicks([100.5, 199.7], 50, () => true)).toEqual([150, 199]);
  expect(stepTicks([6.5, 7.5], 20, () => true)).toEqual([7]);
});

test('a logarithmic axis takes what its values take', () => {
  const [from, to] = logRange(0.4, 0.99);
  expect(from).toBeGreaterThan(0.35);
  expect(from).toBeLessThan(0.4);
  expect(to).toBeGreaterThan(0.99);
  expect(to).toBeLessThan(1.1);
  expect(logRange(2, 2)).toEqual([2 / 1.5, 3]);
  expect(logRange(null, null)).toEqual([1, 10]);
});

test('a logarithmic axis has a few round ticks, whatever its range', () => {
  expect(logTicks([0.38, 1.03])).toEqual([0.4, 0.6, 0.8, 1]);
  expect(logTicks([19.8, 23.2])).toEqual([20, 21, 22, 23]);
  expect(logTicks([0.05, 2.5])).toEqual([0.1, 0.3, 1]);
  expect(logTicks([2.4e-5, 3e-4])).toEqual([5e-5, 1e-4, 2e-4]);
  expect(logTicks([0.9, 12_000])).toEqual([1, 10, 100, 1000, 10_000]);
  expect(logTicks([1e-12, 1e8]).length).toBeLessThan(7);
});

test('a single point is in the middle of an axis, which is no longer than it has to be', () => {
  expect(atLeast([5, 5], 1)).toEqual([4.5, 5.5]);
  expect(atLeast([1, 1.5], 1)).toEqual([0.75, 1.75]);
  expect(atLeast([0, 100], 1)).toEqual([0, 100]);
});

test('values are drawn as they are, unless they are so large or small that no ticks are found', () => {
  expect(drawnUnit([0, 0.5, -2000, Number.NaN, Infinity])).toBe(1);
  expect(drawnUnit([])).toBe(1);
  expect(2.5e300 / drawnUnit([1, 2.5e300])).toBeCloseTo(2.5);
  expect(3e-299 / drawnUnit([0, 3e-299])).toBeCloseTo(3);
  expect(drawnUnit([5e-324])).toBeGreaterThan(0);
});
