import { expect, test } from 'vitest';
import { byName, compareMetrics, compareNames, primaryFirst } from './natural-order';

test('numbers in names count as numbers', () => {
  expect(['metric_10', 'metric_2', 'accuracy'].sort(compareNames)).toEqual(['accuracy', 'metric_2', 'metric_10']);
});

test('metrics of the machine come after those of the training', () => {
  expect(['system/gpu10', 'val/loss', 'system/gpu2', 'loss'].sort(compareMetrics)).toEqual([
    'loss',
    'val/loss',
    'system/gpu2',
    'system/gpu10',
  ]);
});

test('capitals do not matter to the order of names', () => {
  expect(['README.md', 'src', 'a-file', 'Zebra'].sort(compareNames)).toEqual(['a-file', 'README.md', 'src', 'Zebra']);
});

test('parameters are in the order of their names', () => {
  expect(Object.keys(byName({ lr: 1, seed: 2, 'extra.p10': 3, 'extra.p2': 4, Augment: 5 }))).toEqual([
    'Augment',
    'extra.p2',
    'extra.p10',
    'lr',
    'seed',
  ]);
});

test('the primary metric is the first, whatever its name', () => {
  expect(primaryFirst(['a', 'b', 'loss', 'z'], 'loss', key => key)).toEqual(['loss', 'a', 'b', 'z']);
  expect(primaryFirst(['a', 'b'], undefined, key => key)).toEqual(['a', 'b']);
});
