import { expect, test, vi } from 'vitest';

const connection = vi.hoisted(() => ({ noteUnreachable: vi.fn() }));
vi.mock('./connection', async () => {
  const { Store } = await import('./store');
  const connected = new Store(true);
  connection.noteUnreachable.mockImplementation(() => connected.set(false));
  return { connected, noteUnreachable: connection.noteUnreachable };
});
const { connected } = await import('./connection');
const { loadModule } = await import('./load-module');

test('a part of the app that cannot be loaded is loaded once the platform answers', async () => {
  const load = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new TypeError('Failed to fetch'))
    .mockResolvedValue('page');
  const loaded = loadModule(load);
  await vi.waitFor(() => expect(connected.get()).toBe(false));
  expect(load).toHaveBeenCalledTimes(1);
  connected.set(true);
  expect(await loaded).toBe('page');
});

test('one that is not there while the platform answers has failed', async () => {
  const loaded = loadModule(() => Promise.reject(new TypeError('Failed to fetch')));
  await vi.waitFor(() => expect(connected.get()).toBe(false));
  connected.set(true);
  await expect(loaded).rejects.toThrow('Failed to fetch');
});
