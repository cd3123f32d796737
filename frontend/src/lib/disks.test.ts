import { expect, test } from 'vitest';
import { fullestOf, type DiskState } from './disks';

function disk(name: string, usedPercent: number, change: Partial<DiskState> = {}): DiskState {
  const level = usedPercent >= 95 ? 'full' : usedPercent >= 85 ? 'nearly_full' : 'normal';
  return { name, usedPercent, level, acceptsBelow: 94, isShared: true, ...change };
}

test('the fullest disk is told of', () => {
  expect(fullestOf([disk('data', 86), disk('artifacts', 97), disk('database', 96)])?.name).toBe('artifacts');
});

test('nothing is told of disks with space, and of those of single nodes', () => {
  expect(fullestOf([])).toBeUndefined();
  expect(fullestOf([disk('data', 40), disk('agent', 99, { isShared: false })])).toBeUndefined();
});
