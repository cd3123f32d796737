import { expect, test } from 'vitest';
import { LogBuffer, maxLines } from './log-buffer';

test('lines are numbered from 1 and found without regard to case or colours', () => {
  const log = new LogBuffer();
  log.append(['one', '\u001b[31mT\u001b[0mwo', 'three']);
  expect(log.search('TW')).toEqual([2]);
  expect(log.search('t', 3)).toEqual([3]);
  expect(log.text()).toBe('one\nTwo\nthree');
});

test('an endless log lets go of its first lines, and line numbers stay', () => {
  const log = new LogBuffer();
  const piece = Array.from({ length: 50_000 }, (_, index) => `line ${index}`);
  for (let i = 0; i < 8; i++) {
    log.append(piece);
  }
  expect(log.length).toBeLessThanOrEqual(maxLines + 50_000);
  expect(log.dropped).toBeGreaterThan(0);
  expect(log.numberOf(log.length - 1)).toBe(400_000);
  expect(log.at(log.indexOf(400_000))).toBe('line 49999');
});

test('a line on its way is shown until a line is complete or the log ends', () => {
  const log = new LogBuffer();
  log.setProgress('50%');
  expect([log.progress, log.length]).toEqual(['50%', 0]);
  log.append(['100%']);
  expect([log.progress, log.length]).toEqual(['', 1]);
  log.setProgress('and');
  log.end();
  expect(log.progress).toBe('');
});
