import { expect, test } from 'vitest';
import { findWords, partsOf, wordsOf } from './found-words';

test('words are between blanks or in quotation marks', () => {
  expect(wordsOf(' out  of\tmemory ')).toEqual(['out', 'of', 'memory']);
  expect(wordsOf('"out of memory" rank')).toEqual(['out of memory', 'rank']);
  expect(wordsOf('say \\"hi\\" "a \\"b\\" c"d')).toEqual(['say', '"hi"', 'a "b" c', 'd']);
  expect(wordsOf('"open end')).toEqual(['open end']);
  expect(wordsOf(' "" ')).toEqual([]);
});

test('all of them are found, in any case; of two at one place the longer', () => {
  expect(findWords('Loss: loss 0.5 (LOSSES)', ['loss', 'losses'])).toEqual([
    { start: 0, length: 4 },
    { start: 6, length: 4 },
    { start: 16, length: 6 },
  ]);
  expect(findWords('a.b axb', ['a.b'])).toEqual([{ start: 0, length: 3 }]);
  expect(findWords('aa aa', ['aa'], 1)).toEqual([{ start: 3, length: 2 }]);
  expect(findWords('aa', [])).toEqual([]);
});

test('a text is cut where its matches begin and end', () => {
  const text = 'nan at 🙂 end';
  const matches = [
    { start: 0, length: 3 },
    { start: 8, length: 2 },
  ];
  expect(partsOf(text, matches)).toEqual([
    { text: 'nan', isMatch: true },
    { text: text.slice(3, 8), isMatch: false },
    { text: text.slice(8, 10), isMatch: true },
    { text: text.slice(10), isMatch: false },
  ]);
  expect(partsOf('ok', [])).toEqual([{ text: 'ok', isMatch: false }]);
});
