import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connected, noteUnreachable } from './connection';

const health = vi.fn(() => Promise.resolve(new Response()));
vi.stubGlobal('fetch', health);

beforeAll(() => vi.useFakeTimers());
afterAll(() => vi.useRealTimers());

/** How long it is until the platform is said to be back, in seconds. */
async function secondsUntilBack(): Promise<number> {
  const begin = Date.now();
  noteUnreachable();
  expect(connected.get()).toBe(false);
  while (!connected.get()) {
    await vi.advanceTimersByTimeAsync(500);
  }
  return (Date.now() - begin) / 1000;
}

test('where only a part of the platform does not answer, it is said to be back ever less often', async () => {
  const pauses = [];
  for (let time = 0; time < 5; time++) {
    pauses.push(await secondsUntilBack());
  }
  expect(pauses).toEqual([1.5, 3, 6, 6, 6]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await secondsUntilBack()).toBe(1.5);
});

test('a platform that is gone is polled evenly', async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  for (let time = 0; time < 4; time++) {
    health.mockRejectedValueOnce(new TypeError('Failed to fetch'));
  }
  expect(await secondsUntilBack()).toBe(7.5);
});
