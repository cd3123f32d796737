import { expect, test } from 'vitest';
import { emptyDraft, errorsAt, errorsElsewhere, errorsFor, fileField, toRequest } from './job-draft';

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
