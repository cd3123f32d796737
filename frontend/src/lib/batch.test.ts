import { expect, test } from 'vitest';
import { ApiError } from './api';
import { leftToUndo, oneByOne, outcomeOf, sumContents, targetsOf, type BatchItem, type Target } from './batch';

test('what is refused does not keep the others from being done', async () => {
  const refusal = new ApiError(409, { type: '/problems/job.purged', detail: 'It is gone.', code: 'job.purged' });
  const items = await oneByOne(['a', 'b', 'c'], id => (id === 'b' ? Promise.reject(refusal) : Promise.resolve()));
  expect(items.map(({ id, done }) => [id, done])).toEqual([
    ['a', true],
    ['b', false],
    ['c', true],
  ]);
  expect(items[1]!.problem).toMatchObject({
    code: 'job.purged',
    detail: 'It is gone.',
    detailCode: { code: 'job.purged' },
  });
});

test('without an answer nothing is known of the others', async () => {
  await expect(oneByOne(['a'], () => Promise.reject(new ApiError(0, {})))).rejects.toThrow();
});

test('contents are added up, those of what is refused left out', () => {
  expect(sumContents([{ logBytes: 5, files: 1 }, null, { logBytes: 7, files: 0 }])).toEqual({ logBytes: 12, files: 1 });
  expect(sumContents([])).toEqual({});
});

test('a row may stand for several ids, which then say what they are', async () => {
  const commands = {
    keyOf: (row: { key: string }) => row.key,
    nameOf: () => 'a name',
    idsOf: ({ key }: { key: string }) => (key === 'model' ? ['model:1', 'model:2'] : [key]),
  } as unknown as Parameters<typeof targetsOf<{ key: string }>>[0];
  const targets = await targetsOf(commands, [{ key: 'model' }, { key: '7' }]);
  expect(targets.map(({ id, name, row }) => [id, name, row.key])).toEqual([
    ['model:1', 'model:1', 'model'],
    ['model:2', 'model:2', 'model'],
    ['7', 'a name', '7'],
  ]);
});

const target = (id: string, row: string): Target<string> => ({ id, name: `name of ${id}`, row });
const item = (id: string, code?: string): BatchItem => ({
  id,
  done: code === undefined,
  problem: code === undefined ? undefined : { code, detail: '' },
});

test('a row is done when all that it stands for is', () => {
  const targets = [target('a:1', 'a'), target('a:2', 'a'), target('b:1', 'b')];
  const items = [item('a:1'), item('a:2', 'artifact.in-use'), item('b:1')];
  const outcome = outcomeOf({ keyOf: (row: string) => row }, targets, items);
  expect(outcome.rows).toEqual(['b']);
  expect(outcome.done.map(({ id }) => id)).toEqual(['a:1', 'b:1']);
  expect(outcome.refused).toMatchObject([{ id: 'a:2', name: 'name of a:2' }]);
  expect(outcome.left).toEqual(['b']);
});

test('what is no longer there has left the list, and what is refused for another reason has not', () => {
  const targets = [target('a', 'a'), target('b', 'b')];
  const items = [item('a', 'job.not-found'), item('b', 'job.not-over')];
  expect(outcomeOf({ keyOf: (row: string) => row }, targets, items)).toMatchObject({ rows: [], done: [], left: ['a'] });
});

test('what could not be restored is left to undo, unless it is gone for good', () => {
  const targets = [target('a:1', 'a'), target('a:2', 'a'), target('b:1', 'b'), target('c:1', 'c')];
  const tried = (...items: BatchItem[]) => outcomeOf({ keyOf: (row: string) => row }, targets, items);
  const partly = tried(item('a:1'), item('a:2', 'x'), item('b:1', 'artifact.version-purged'), item('c:1', 'x'));
  expect(leftToUndo(partly, targets)).toMatchObject({ rows: ['a', 'c'], done: [{ id: 'a:2' }, { id: 'c:1' }] });
  expect(leftToUndo(tried(item('a:1'), item('b:1', 'artifact.version-not-found')), targets)).toBeUndefined();
});
