import { expect, test } from 'vitest';
import { isChanged, mergeDraft } from './merge-draft';

const began = { name: 'a', threshold: '1', metric: 'loss', destinations: ['x'] };

test('what the user changed is kept, and the rest is as it is now', () => {
  const typed = { ...began, threshold: '2' };
  const now = { ...began, metric: 'val/loss', destinations: ['x', 'y'] };
  expect(mergeDraft(began, typed, now)).toEqual({ draft: { ...now, threshold: '2' }, differs: [] });
});

test('a field that both changed says what it is now, unless both made the same of it', () => {
  const typed = { ...began, threshold: '2', name: 'b' };
  const now = { ...began, threshold: '3', name: 'b' };
  expect(mergeDraft(began, typed, now)).toEqual({ draft: typed, differs: [['threshold', '3']] });
});

test('a form is changed once something differs from what it began with', () => {
  expect(isChanged(began, { ...began, destinations: ['x'] })).toBe(false);
  expect(isChanged(began, { ...began, destinations: [] })).toBe(true);
});
