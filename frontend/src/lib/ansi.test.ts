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

test('the first 16 of 256 colours are those of the theme, the others exact', () => {
  expect(parseAnsi('\u001b[38;5;1mred\u001b[38;5;208morange\u001b[38;5;244mgrey')).toEqual([
    { text: 'red', className: 'ansi-red-fg' },
    { text: 'orange', className: 'ansi-exact-fg', style: { '--fg': 'rgb(255, 135, 0)' } },
    { text: 'grey', className: 'ansi-exact-fg', style: { '--fg': 'rgb(128, 128, 128)' } },
  ]);
});

test('true colours are kept, and text on a coloured ground can be read', () => {
  expect(parseAnsi('\u001b[38;2;1;2;3mink\u001b[0m\u001b[48;2;250;250;0mground\u001b[38;2;9;9;9mboth')).toEqual([
    { text: 'ink', className: 'ansi-exact-fg', style: { '--fg': 'rgb(1, 2, 3)' } },
    { text: 'ground', className: 'ansi-exact-bg', style: { '--bg': 'rgb(250, 250, 0)', color: '#000' } },
    { text: 'both', className: 'ansi-exact-bg', style: { '--bg': 'rgb(250, 250, 0)', color: 'rgb(9, 9, 9)' } },
  ]);
});
