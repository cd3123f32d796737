import { expect, test } from 'vitest';
import { readDelimited } from './delimited';

test('a table has its names in the first line', () => {
  expect(readDelimited('step,loss\n1,0.5\r\n2,1e-3\n', ',')).toEqual({
    columns: ['step', 'loss'],
    data: [
      ['1', '0.5'],
      ['2', '1e-3'],
    ],
    areNumbers: [true, true],
  });
});

test('what is in quotes may have anything in it', () => {
  const { columns, data } = readDelimited('name\tnote\n"a\tb"\t"says ""hi""\nand more"\n', '\t')!;
  expect(columns).toEqual(['name', 'note']);
  expect(data).toEqual([['a\tb', 'says "hi"\nand more']]);
});

test('rows of other lengths are filled, and an unclosed quote ends with the text', () => {
  const table = readDelimited('a,b\n1\n1,2,3\n4,', ',')!;
  expect(table.columns).toEqual(['a', 'b', '']);
  expect(table.data).toEqual([
    ['1', '', ''],
    ['1', '2', '3'],
    ['4', '', ''],
  ]);
  expect(readDelimited('a\n"b', ',')?.data).toEqual([['b']]);
  expect(readDelimited('', ',')).toBeNull();
});

test('a column with a word in it is not one of numbers', () => {
  expect(readDelimited('a,b\n1,x\n,2\n', ',')?.areNumbers).toEqual([true, false]);
});
