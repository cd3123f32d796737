import { expect, test } from 'vitest';
import { bySteps, type Media } from './run-media';

const item = (step: number, path: string): Media => ({
  key: 'samples',
  kind: 'image',
  step,
  path,
  at: '2026-11-29T00:00:00Z',
});

test('what was logged newest first is put in the order of steps, and of paths within one', () => {
  const steps = bySteps([item(10, 'b'), item(10, 'a'), item(-1, 'c'), item(2, 'd')]);
  expect(steps.map(({ step }) => step)).toEqual([-1, 2, 10]);
  expect(steps.at(-1)?.items.map(({ path }) => path)).toEqual(['a', 'b']);
});
