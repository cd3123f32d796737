import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { askAgain } from './ask-again';

/** A list of numbers, two a page, whose pages are read when the test says so. */
function watchList() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const read = vi.fn<(from: number) => Promise<number[]>>(from => Promise.resolve([from, from + 1]));
  const list = new InfiniteQueryObserver(client, {
    queryKey: ['numbers'],
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: 0,
    getNextPageParam: page => page.at(-1)! + 1,
    staleTime: Infinity,
  });
  list.subscribe(() => undefined);
  const shown = () => list.getCurrentResult().data?.pages.flat();
  return { client, read, list, shown };
}

test('a part that is on its way is not given up', async () => {
  const { client, read, list, shown } = watchList();
  await vi.waitFor(() => expect(shown()).toEqual([0, 1]));
  let answer: (page: number[]) => void = () => undefined;
  read.mockImplementationOnce(() => new Promise(resolve => (answer = resolve)));
  void list.fetchNextPage();
  void askAgain(client);
  answer([2, 3]);
  await vi.waitFor(() => expect(shown()).toEqual([0, 1, 2, 3]));
  expect(read.mock.calls.map(([from]) => from)).toEqual([0, 2]);
});

test('a part that could not be read is asked for again, and until it comes the list says that it failed', async () => {
  const { client, read, list, shown } = watchList();
  await vi.waitFor(() => expect(shown()).toEqual([0, 1]));
  read.mockRejectedValueOnce(new Error('503'));
  await list.fetchNextPage();
  for (let time = 0; time < 3; time++) {
    expect(list.getCurrentResult().isFetchNextPageError).toBe(true);
    read.mockRejectedValueOnce(new Error('503'));
    await askAgain(client);
  }
  expect(list.getCurrentResult().isFetchNextPageError).toBe(true);
  await askAgain(client);
  expect(shown()).toEqual([0, 1, 2, 3]);
  expect(read.mock.calls.map(([from]) => from)).toEqual([0, 2, 2, 2, 2, 2]);
});

test('everything else that is shown is asked for again', async () => {
  const { client, read, shown } = watchList();
  const readName = vi.fn(() => Promise.resolve('name'));
  new QueryObserver(client, { queryKey: ['name'], queryFn: readName }).subscribe(() => undefined);
  await vi.waitFor(() => expect(shown()).toEqual([0, 1]));
  await askAgain(client);
  expect(readName).toHaveBeenCalledTimes(2);
  expect(read.mock.calls.map(([from]) => from)).toEqual([0, 0]);
});
