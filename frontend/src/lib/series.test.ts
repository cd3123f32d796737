import { expect, test } from 'vitest';
import { addPoints, byTime, loneValues, smooth, toCsv, toSeries } from './series';

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

const second = (at: number) => new Date(at * 1000).toISOString();
const points = (...all: [step: number, at: number][]) =>
  all.map(([step, at]) => ({ key: 'loss', step, at: second(at), value: step }));

test('points of one time are in the order of their steps, and metrics in that of their names', () => {
  const at = second(0);
  const series = addPoints(
    [],
    [
      { key: 'loss', step: 2, at, value: 'NaN' },
      { key: 'loss', step: 1, at, value: 0.1 },
      { key: 'accuracy', step: 1, at, value: 0.9 },
    ],
  );
  expect(series.map(one => one.key)).toEqual(['accuracy', 'loss']);
  expect(series[1]?.steps).toEqual([1, 2]);
  expect(series[1]?.values[1]).toBeNaN();
});

test('an attempt that starts again stands alone, and what the one before logged is kept beside it', () => {
  // Of the API they come by step.
  const stored = toSeries('loss', {
    steps: [1, 1, 2, 2, 3, 4],
    times: [10, 20, 11, 21, 12, 13],
    values: [9, 5, 8, 4, 7, 6],
  });
  expect(stored).toEqual({
    key: 'loss',
    steps: [1, 2],
    times: [20, 21],
    values: [5, 4],
    earlier: [{ steps: [1, 2, 3, 4], times: [10, 11, 12, 13], values: [9, 8, 7, 6] }],
    newest: 21,
    isOpen: false,
  });
  const once = addPoints(addPoints([], points([1, 10], [2, 11], [3, 12])), points([1, 20]));
  expect(once[0]?.earlier).toEqual([]);
  const [live] = addPoints(once, points([2, 21]));
  expect(live?.steps).toEqual([1, 2]);
  expect(live?.times).toEqual([20, 21]);
  expect(live?.earlier.map(one => one.steps)).toEqual([[1, 2, 3]]);
});

test('processes that log the same metric, and one late evaluation, are no attempts', () => {
  const series = toSeries('loss', {
    steps: [1, 1, 3, 2, 4, 3, 4, 5],
    times: [10, 11, 12, 13, 14, 15, 16, 17],
    values: [1, 2, 3, 4, 5, 6, 7, 8],
  });
  expect(series.earlier).toEqual([]);
  expect(series.steps).toEqual([1, 1, 2, 3, 3, 4, 4, 5]);
  expect(byTime(series).times).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
});

test('an attempt that goes on from a checkpoint stands on what was logged before that', () => {
  const [live] = addPoints(
    addPoints([], points([1, 10], [2, 11], [3, 12], [4, 13])),
    points([2, 20], [3, 21], [4, 22], [5, 23]),
  );
  expect(live?.steps).toEqual([1, 2, 3, 4, 5]);
  expect(live?.times).toEqual([10, 20, 21, 22, 23]);
  expect(live?.earlier.map(one => one.times)).toEqual([[11, 12, 13]]);
});

test('points that come late take their place, and those that come twice are kept once', () => {
  const series = addPoints(addPoints([], points([1, 10], [3, 12], [4, 13])), points([2, 11], [4, 13]));
  expect(series[0]?.steps).toEqual([1, 2, 3, 4]);
  expect(series[0]?.earlier).toEqual([]);
});

test('a series that others still show is not changed', () => {
  const before = addPoints([], points([1, 10], [2, 11]));
  addPoints(before, points([1, 20]));
  expect(before[0]?.steps).toEqual([1, 2]);
  expect(before[0]?.earlier).toEqual([]);
});

test('a curve becomes a table, also when its name has commas and quotes', () => {
  const csv = toCsv(toSeries('loss, "train"', { steps: [1, 2], times: [0, 1.5], values: [0.25, Number.NaN] }));
  expect(csv).toBe(
    'step,time,"loss, ""train"""\r\n1,1970-01-01T00:00:00.000Z,0.25\r\n2,1970-01-01T00:00:01.500Z,NaN\r\n',
  );
});

test('the table of a curve has the points of all attempts, in the order in which they were logged', () => {
  const csv = toCsv(toSeries('loss', { steps: [1, 1, 2], times: [0, 2, 1], values: [3, 1, 2] }));
  expect(csv.split('\r\n').map(row => row.split(',')[0])).toEqual(['step', '1', '2', '1', '']);
});

test('a value between gaps is a lone one, one with a neighbour is not', () => {
  expect(loneValues([1, null, 2, undefined, 3, 4, null], 0, 6)).toEqual([0, 2]);
  expect(loneValues([null, 1, 2, null, 3], 0, 3)).toBeNull();
  expect(loneValues([], 0, -1)).toBeNull();
});
