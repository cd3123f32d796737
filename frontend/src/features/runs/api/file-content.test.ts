import { expect, test } from 'vitest';
import {
  decodeText,
  delimiterOf,
  folderOf,
  foldersTo,
  indentJson,
  isLog,
  kindOfFile,
  nameOf,
  wholeLines,
} from './file-content';

const bytes = (text: string) => new TextEncoder().encode(text);

test('a file is shown by the ending of its name', () => {
  expect(kindOfFile('media/sample.PNG')).toBe('image');
  expect(kindOfFile('tone.wav')).toBe('audio');
  expect(kindOfFile('a.mp4/notes')).toBe('text');
  expect(kindOfFile('png')).toBe('image');
  expect(kindOfFile('weights.bin')).toBe('text');
});

test('a path has a name and folders around it', () => {
  expect(nameOf('a/b/c.txt')).toBe('c.txt');
  expect(folderOf('a/b/c.txt')).toBe('a/b');
  expect(folderOf('c.txt')).toBe('');
  expect(foldersTo('a/b')).toEqual(['a', 'a/b']);
  expect(foldersTo('')).toEqual([]);
});

test('bytes that are no text are not decoded', () => {
  expect(decodeText(bytes('手写 text'))).toEqual({ text: '手写 text', isForeign: false });
  expect(decodeText(new Uint8Array([65, 0, 66]))).toBeNull();
  expect(decodeText(new Uint8Array([0xff, 0xfe, 65]))).toBeNull();
  expect(decodeText(new Uint8Array([0xc3, 1, 2, 3, 4]))).toBeNull();
});

test('a text that is no UTF-8 is shown nevertheless', () => {
  expect(decodeText(new Uint8Array([0x63, 0x61, 0x66, 0xe9]))).toEqual({ text: 'café', isForeign: true });
  expect(decodeText(new Uint8Array([0xff, 0xfe, 65, 0, 66, 0]))).toEqual({ text: 'AB', isForeign: false });
});

test('a text that is cut within a character loses only that', () => {
  const cut = bytes('手写').slice(0, 5);
  expect(decodeText(cut, 'start')?.text).toBe('手');
  expect(decodeText(bytes('手写').slice(1), 'end')?.text).toBe('写');
  expect(wholeLines('half a line\nwhole\n')).toBe('whole\n');
});

test('of a log the end is shown first, and of a table its cells', () => {
  expect(['train.log', 'logs/console/1.txt', 'a/slurm.out'].map(isLog)).toEqual([true, true, true]);
  expect(['catalogs/1.txt', 'log.txt.gz', 'login.py'].map(isLog)).toEqual([false, false, false]);
  expect(['a.csv', 'a.TSV', 'csv'].map(delimiterOf)).toEqual([',', '\t', null]);
});

test('JSON gets a line for each value, and its numbers stay as they are written', () => {
  expect(indentJson('{"seed":12345678901234567890,"lr":1e-3,"a,{b":["x\\"]",{}],"none":[]}')).toBe(
    `{
  "seed": 12345678901234567890,
  "lr": 1e-3,
  "a,{b": [
    "x\\"]",
    {}
  ],
  "none": []
}`,
  );
  expect(indentJson('{"a": 1')).toBe('{"a": 1');
});
