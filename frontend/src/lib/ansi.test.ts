import { expect, test } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';

test('colours become classes and other sequences vanish', () => {
  expect(parseAnsi('\u001b[1;31mbad\u001b[0m \u001b[2Kgood')).toEqual([
    { text: 'bad', className: 'ansi-red-fg ansi-bold' },
    { text: ' ', className: '' },
    { text: 'good', className: '' },
  ]);
  expect(stripAnsi('\u001b]0;title\u0007text')).toBe('text');
});
