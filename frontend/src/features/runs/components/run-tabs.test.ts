import { expect, test } from 'vitest';
import { openFolder, placeOf } from './run-tabs';

test('a file leads to its folder, unless it was found from another', () => {
  expect(openFolder({ file: 'out/plots/a.png' })).toBe('out/plots');
  expect(openFolder({ file: 'out/plots/a.png', search: 'a' })).toBe('');
  expect(openFolder({ file: 'out/plots/a.png', search: 'a', folder: 'out' })).toBe('out');
  expect(openFolder({})).toBe('');
});

test('results of a search stay when one of them is opened', () => {
  const found = { search: 'loss' };
  const opened = placeOf({ ...found, folder: openFolder(found), file: 'out/plots/loss.png' });
  expect(openFolder(opened)).toBe(openFolder(found));
});
