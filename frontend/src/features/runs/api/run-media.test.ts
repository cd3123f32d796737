import { expect, test } from 'vitest';
import { byKind, bySteps, placeOfStep, stepsOf, type Media, type MediaKey } from './run-media';

const item = (step: number, path: string, at = '2026-11-29T00:00:00Z', caption?: string): Media => ({
  key: 'samples',
  kind: 'image',
  step,
  path,
  at,
  caption,
});

test('what was logged newest first is put in the order of steps, and of paths within one', () => {
  const steps = bySteps([item(10, 'b'), item(10, 'a'), item(-1, 'c'), item(2, 'd')]);
  expect(steps.map(({ step }) => step)).toEqual([-1, 2, 10]);
  expect(steps.at(-1)?.items.map(({ path }) => path)).toEqual(['a', 'b']);
});

const key = (name: string, kind: string, firstStep = 0, lastStep = 0): MediaKey => ({
  key: name,
  kind,
  firstStep,
  lastStep,
  count: 1,
});

test('samples of a step are in the order in which they were logged, whatever their digests', () => {
  const [one] = bySteps([
    item(1, 'grid-1-aa.png', '2026-11-29T00:00:02Z', 'sample 10'),
    item(1, 'grid-1-cc.png', '2026-11-29T00:00:02Z', 'sample 9'),
    item(1, 'grid-1-ff.png', '2026-11-29T00:00:01.5Z', 'sample 30'),
  ]);
  expect(one?.items.map(({ caption }) => caption)).toEqual(['sample 30', 'sample 9', 'sample 10']);
});

test('the steps of all keys grow, each once, with the first of each key', () => {
  expect(
    stepsOf([{ step: 50 }, { step: 7 }, { step: 50 }], [key('a', 'image', 0, 50), key('b', 'text', 7, 7)]),
  ).toEqual([0, 7, 50]);
});

test('a step that a key has not leads to what was there then', () => {
  const steps = [0, 10, 20];
  expect([undefined, 25, 20, 19, 10, 0].map(step => placeOfStep(steps, step))).toEqual([2, 2, 2, 1, 1, 0]);
  expect(placeOfStep(steps, -5)).toBe(0);
  expect(placeOfStep([], undefined)).toBe(-1);
});

test('keys are shown by kind, whatever kinds there are', () => {
  const keys = [key('b10', 'text'), key('z', 'mesh'), key('b2', 'text'), key('c', 'image')];
  expect(byKind(keys).map(([kind, some]) => [kind, some.map(one => one.key)])).toEqual([
    ['image', ['c']],
    ['text', ['b2', 'b10']],
    ['mesh', ['z']],
  ]);
});
