import { expect, test } from 'vitest';
import { runFileOf } from './run-files';

test('the path of a file stays one in its address, whatever characters it has', () => {
  expect(runFileOf('01ab', 'a folder/50% #1?.txt')).toBe('./api/runs/01ab/files/a%20folder/50%25%20%231%3F.txt');
});
