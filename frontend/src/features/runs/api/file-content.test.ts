import { expect, test } from 'vitest';
import { decodeText, folderOf, foldersTo, indentJson, kindOfFile, nameOf } from './file-content';

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
  expect(decodeText(bytes('手写 text'), true)).toBe('手写 text');
  expect(decodeText(new Uint8Array([65, 0, 66]), true)).toBeNull();
  expect(decodeText(new Uint8Array([0xff, 0xfe, 65]), true)).toBeNull();
});

test('a text that is cut within a character loses only that', () => {
  const cut = bytes('手写').slice(0, 5);
  expect(decodeText(cut, false)).toBe('手');
  expect(decodeText(cut, true)).toBeNull();
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
