import { expect, test } from 'vitest';
import {
  emptyDraft,
  errorsAt,
  errorsElsewhere,
  errorsFor,
  fileField,
  missingFields,
  toRequest,
  type JobDraft,
} from './job-draft';

const errors = {
  "files['a.py']": ['Not this.'],
  "env['1']": ['Not that.'],
  'command[1]': ['Empty.'],
  'inputs[0].path': ['No path.'],
  'inputs[10].path': ['Neither.'],
  commander: ['Unknown.'],
};

test('a mistake belongs to its own field', () => {
  expect(errorsAt(errors, fileField('a.py'))).toEqual(['Not this.']);
  expect(errorsAt(errors, fileField('b.py'))).toEqual([]);
  expect(errorsFor(errors, 'env')).toEqual(['1: Not that.']);
  expect(errorsFor(errors, 'command')).toEqual(['Empty.']);
  expect(errorsFor(errors, 'inputs[0].path')).toEqual(['No path.']);
});

test('a mistake without a field is not lost', () => {
  expect(errorsElsewhere(errors, ['files', 'env', 'command', 'inputs'])).toEqual(['commander: Unknown.']);
});

test('what must be filled in is asked for', () => {
  const keys = (draft: Partial<JobDraft>) =>
    Object.entries(missingFields({ ...emptyDraft, ...draft })).map(([field, { key }]) => [field, key]);
  expect(keys({})).toEqual([
    ['name', 'submit.name.missing'],
    ['command', 'submit.command.missing'],
  ]);
  expect(keys({ name: ' ', command: ' ' })).toHaveLength(2);
  expect(keys({ name: 'a', command: 'python3' })).toEqual([]);
  // Of an open quote it says that instead.
  expect(keys({ name: 'a', command: "'" })).toEqual([]);
});

test('what cannot be sent is refused beside its field', () => {
  const { errors: own } = toRequest({
    ...emptyDraft,
    command: 'echo "open',
    gpus: 'many',
    priority: '1.5',
    memoryMiB: '99999999999',
    env: 'A=1\nB',
    files: [
      { path: 'a', text: '' },
      { path: 'a', text: 'x' },
    ],
  });
  expect(Object.fromEntries(Object.entries(own).map(([field, { key }]) => [field, key]))).toEqual({
    command: 'submit.command.quote',
    'resources.gpus': 'submit.number',
    priority: 'submit.whole',
    'resources.memoryMiB': 'submit.large',
    env: 'submit.pair',
    "files['a']": 'submit.file.repeated',
  });
});
