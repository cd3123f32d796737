import { expect, test } from 'vitest';
import { readEnvironment } from './run-environment';

test('what a run ran in is read, and what is not known is left out', () => {
  expect(
    readEnvironment({ python: '3.12.1', host: 'n1', command: ['python', 'a.py'], git: { commit: 'ab', dirty: true } }),
  ).toEqual({ python: '3.12.1', host: 'n1', command: 'python a.py', commit: 'ab', isDirty: true });
  expect(readEnvironment({ python: 3, git: null, command: 'make' })).toEqual({ command: 'make', isDirty: false });
  expect(readEnvironment(null)).toEqual({ isDirty: false });
});
