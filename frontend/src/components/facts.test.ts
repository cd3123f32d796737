import { expect, test } from 'vitest';
import { beginningOf } from './facts';

test('of a long text the beginning is shown, and a short one is shown as it is', () => {
  expect(beginningOf('a\n\n b')).toBe('a\n\n b');
  expect(beginningOf('x'.repeat(1000))).toHaveLength(400);
  expect(beginningOf('a\n'.repeat(20)).split('\n')).toHaveLength(8);
});
