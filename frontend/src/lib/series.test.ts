import { expect, test } from 'vitest';
import { addPoints, smooth, toCsv } from './series';

test('smoothing starts at the first value and follows the rest', () => {
  expect(smooth([4, 4, 4], 0.9)).toEqual([4, 4, 4].map(value => expect.closeTo(value) as number));
  const jump = smooth([0, 10, 10, 10], 0.5);
  expect(jump[1]).toBeGreaterThan(0);
  expect(jump[3]).toBeLessThan(10);
  expect(jump[3]).toBeGreaterThan(jump[1] ?? 0);
});

test('without weight nothing is smoothed, and what is no number is not averaged in', () => {
  expect(smooth([1, 5], 0)).toEqual([1, 5]);
  const [first, second, third] = smooth([2, Number.NaN, 2], 0.5);
  expect([first, third]).toEqual([2, 2]);
  expect(second).toBeNaN();
});

test('points are added in the order of their steps, and a repeated step is kept once', () => {
  const at = '2026-01-01T00:00:00Z';
  const series = addPoints(
    [],
    [
      { key: 'loss', step: 2, at, value: 0.2 },
      { key: 'loss', step: 1, at, value: 0.1 },
      { key: 'loss', step: 2, at, value: 'NaN' },
      { key: 'accuracy', step: 1, at, value: 0.9 },
    ],
  );
  expect(series.map(one => one.key)).toEqual(['accuracy', 'loss']);
  expect(series[1]?.steps).toEqual([1, 2]);
  expect(series[1]?.values[1]).toBeNaN();
});

test('a curve becomes a table, also when its name has commas and quotes', () => {
  const csv = toCsv({ key: 'loss, "train"', steps: [1, 2], times: [0, 1.5], values: [0.25, Number.NaN] });
  expect(csv).toBe(
    'step,time,"loss, ""train"""\r\n1,1970-01-01T00:00:00.000Z,0.25\r\n2,1970-01-01T00:00:01.500Z,NaN\r\n',
  );
});
