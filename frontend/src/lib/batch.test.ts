import { expect, test } from 'vitest';
import { ApiError } from './api';
import { namedIds, oneByOne, sumContents } from './batch';

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
  } as unknown as Parameters<typeof namedIds<{ key: string }>>[0];
  const named = await namedIds(commands, [{ key: 'model' }, { key: '7' }]);
  expect([...named]).toEqual([
    ['model:1', 'model:1'],
    ['model:2', 'model:2'],
    ['7', 'a name'],
  ]);
});
