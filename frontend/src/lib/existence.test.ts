import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { readIfThere } from './existence';

// The session is read from there when its module is loaded.
vi.hoisted(() => vi.stubGlobal('sessionStorage', { getItem: () => null }));

const asked: string[] = [];

/** A platform that answers addresses as given, and others with 404. */
function platform(answers: Record<string, object>) {
  asked.length = 0;
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    const body = answers[path];
    return Promise.resolve(new Response(JSON.stringify(body ?? {}), { status: body ? 200 : 404 }));
  });
  return new QueryClient();
}

const read = (client: QueryClient) => readIfThere<object>(client, '/api/runs', 'id', 'a');

afterEach(() => {
  vi.unstubAllGlobals();
});

test('what a list has is read', async () => {
  const client = platform({
    '/api/runs?search=a': { items: [{ id: 'ab' }, { id: 'a' }], nextCursor: null },
    '/api/runs/a': { id: 'a', name: 'run' },
  });
  expect(await read(client)).toEqual({ id: 'a', name: 'run' });
});

test('what no list has is not asked for', async () => {
  const client = platform({
    '/api/runs?search=a': { items: [{ id: 'ab' }], nextCursor: null },
    '/api/runs?search=a&deleted=true': { items: [], nextCursor: null },
  });
  expect(await read(client)).toBeNull();
  expect(asked).toEqual(['/api/runs?search=a', '/api/runs?search=a&deleted=true']);
});

test('what is in the recycle bin is read', async () => {
  const client = platform({
    '/api/runs?search=a': { items: [], nextCursor: null },
    '/api/runs?search=a&deleted=true': { items: [{ id: 'a' }], nextCursor: null },
    '/api/runs/a': { id: 'a', name: 'run' },
  });
  expect(await read(client)).toEqual({ id: 'a', name: 'run' });
});

test('what may be further down in the list is asked for, and may not be there', async () => {
  const client = platform({ '/api/runs?search=a': { items: [{ id: 'ab' }], nextCursor: 'more' } });
  expect(await read(client)).toBeNull();
  expect(asked).toEqual(['/api/runs?search=a', '/api/runs/a']);
});

test('what was shown is read at once', async () => {
  const answers = { '/api/runs/a': { id: 'a' } };
  const listed = platform(answers);
  listed.setQueryData(['/api/runs', {}, 0], { items: [{ id: 'a' }], total: 1 });
  expect(await read(listed)).toEqual({ id: 'a' });
  const known = platform(answers);
  known.setQueryData(['/api/runs', 'a'], { id: 'a' });
  expect(await read(known)).toEqual({ id: 'a' });
  expect(asked).toEqual(['/api/runs/a']);
});
