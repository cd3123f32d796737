import { expect, test } from 'vitest';
import {
  emptyDraft,
  errorsAfter,
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

test('an error is gone once its field is changed, and the others stay', () => {
  const errors = {
    name: ['no'],
    'resources.gpus': ['no'],
    "env['1BAD']": ['no'],
    [fileField('a.py')]: ['no'],
    [fileField('b.py')]: ['no'],
    'inputs[0].artifact': ['no'],
    'inputs[1].artifact': ['no'],
    'inputs[1].path': ['no'],
  };
  const before = {
    ...emptyDraft,
    files: [
      { path: 'a.py', text: '' },
      { path: 'b.py', text: '' },
    ],
    inputs: [
      { artifact: 'a', path: 'a' },
      { artifact: 'b', path: 'b' },
    ],
  };
  const gone = (part: Partial<typeof before>) => {
    const left = errorsAfter(errors, before, part);
    return Object.keys(errors).filter(name => !(name in left));
  };
  expect(gone({ name: 'x' })).toEqual(['name']);
  expect(gone({ gpus: '1' })).toEqual(['resources.gpus']);
  expect(gone({ env: 'GOOD=1' })).toEqual(["env['1BAD']"]);
  expect(gone({ files: [before.files[0]!, { path: 'b.py', text: 'x' }] })).toEqual([fileField('b.py')]);
  expect(gone({ inputs: [before.inputs[0]!, { artifact: 'c', path: 'b' }] })).toEqual(['inputs[1].artifact']);
  expect(gone({ inputs: [...before.inputs, { artifact: '', path: '' }] })).toEqual([]);
  expect(gone({ inputs: [before.inputs[1]!] })).toEqual(['inputs[0].artifact', 'inputs[1].artifact', 'inputs[1].path']);
  expect(gone({ priority: '3' })).toEqual([]);
});
