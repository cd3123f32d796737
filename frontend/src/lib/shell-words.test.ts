import { expect, test } from 'vitest';
import { joinCommand, splitCommand } from './shell-words';

test('words are divided by blanks and held together by quotes', () => {
  expect(splitCommand(`python3  -c 'print("a b")' "x y" a\\ b ''`)).toEqual([
    'python3',
    '-c',
    'print("a b")',
    'x y',
    'a b',
    '',
  ]);
  expect(splitCommand(`echo 'open`)).toBeNull();
});

test('a command that is put together is divided into the same words', () => {
  const words = ['python3', '-c', `print('it''s')`, ''];
  expect(splitCommand(joinCommand(words))).toEqual(words);
});
