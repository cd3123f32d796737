import { expect, test } from 'vitest';
import { offsetFor } from './row-window';

test('the window holds what is in sight and rows above and below it', () => {
  for (const first of [0, 1, 49, 50, 99, 100, 149, 99_950]) {
    const above = first - offsetFor(first);
    expect(above).toBeGreaterThanOrEqual(Math.min(first, 50));
    expect(above).toBeLessThan(100);
  }
});
