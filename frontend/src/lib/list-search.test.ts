import { expect, test } from 'vitest';
import { changeFilter, isMoreTyping, readListSearch } from './list-search';

const jobs = { statuses: ['queued', 'running'], jobs: true };

test('a filter is read from the address', () => {
  const search = { status: 'running', project: 'a/b', search: 7, submittedBy: 'ada', parent: '01a2', deleted: true };
  expect(readListSearch(search, jobs)).toEqual({ ...search, search: '7' });
});

test('what a list does not know is left out, and not passed on', () => {
  const search = { status: 'queued,wrong,running', submittedBy: 'ada', parent: '01a2', other: 'x' };
  expect(readListSearch(search, jobs).status).toBe('queued,running');
  expect(readListSearch({ status: 'wrong' }, jobs).status).toBeUndefined();
  expect(readListSearch(search, { statuses: ['queued'] })).toStrictEqual({
    status: 'queued',
    project: undefined,
    search: undefined,
    submittedBy: undefined,
    parent: undefined,
    deleted: undefined,
  });
  expect(readListSearch(search, {}).status).toBeUndefined();
});

test('a change keeps the rest of the filter', () => {
  const filter = { submittedBy: 'ada', parent: '01a2', project: 'a' };
  expect(changeFilter(filter, { status: 'running', project: '' })).toStrictEqual({
    submittedBy: 'ada',
    parent: '01a2',
    status: 'running',
  });
});

test('a status may be written in capitals', () => {
  expect(readListSearch({ status: 'Queued,RUNNING' }, jobs).status).toBe('queued,running');
});

test('typing goes on in one entry of the history, and everything else is one of its own', () => {
  expect(isMoreTyping({ search: 'a' }, { search: 'ab' })).toBe(true);
  expect(isMoreTyping({ project: 'a' }, { project: 'ab' })).toBe(true);
  expect(isMoreTyping({}, { search: 'a' })).toBe(false);
  expect(isMoreTyping({ search: 'a' }, { search: '' })).toBe(false);
  expect(isMoreTyping({ search: 'a' }, { status: 'failed' })).toBe(false);
  expect(isMoreTyping({ search: 'a' }, { search: 'b', status: 'failed' })).toBe(false);
});
