import { expect, test } from 'vitest';
import { compareMetrics, compareNames } from './natural-order';

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
