import { beforeEach, expect, test, vi } from 'vitest';

vi.hoisted(() => {
  vi.stubGlobal('document', { baseURI: 'https://host/ml/' });
});

// As in a browser: relative to the document, which Node.js does not have.
vi.stubGlobal(
  'Request',
  class extends Request {
    constructor(address: RequestInfo | URL, init?: RequestInit) {
      super(typeof address === 'string' ? new URL(address, document.baseURI) : address, init);
    }
  },
);

const { addressOf, basePath } = await import('./address');
const { api, ApiError, read, readIfThere, untilRefused } = await import('./api');

const asked: string[] = [];
let answer = new Response();

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(`${request.method} ${request.url}`);
    return Promise.resolve(answer);
  });
});

function answers(status: number, body: object) {
  answer = new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

const job = { params: { path: { id: 'a/b' } } };

test('requests go below the path that the app is shown below', async () => {
  answers(200, { items: [], nextCursor: null, total: 0 });
  const params = { query: { search: 'a&b', limit: 1, status: undefined, deleted: true } };
  expect(await read(api.GET('/api/jobs', { params }))).toEqual({ items: [], nextCursor: null, total: 0 });
  expect(asked).toEqual(['GET https://host/ml/api/jobs?search=a%26b&limit=1&deleted=true']);
});

test('so do addresses of streams and downloads', () => {
  const address = addressOf('/api/jobs/{id}/logs', { path: { id: 'a/b' }, query: { follow: true, attempt: 2 } });
  expect(new URL(address, document.baseURI).href).toBe('https://host/ml/api/jobs/a%2Fb/logs?follow=true&attempt=2');
  expect(new URL(addressOf('/api/health', {}), document.baseURI).pathname).toBe('/ml/api/health');
  expect(basePath()).toBe('/ml/');
});

test('a 404 is an answer', async () => {
  answers(404, { status: 404, type: '/ml/problems/job.not-found', detail: 'There is no job.' });
  expect(await readIfThere(api.GET('/api/jobs/{id}', job))).toBeNull();
  expect(asked).toEqual(['GET https://host/ml/api/jobs/a%2Fb']);
});

test('any other refusal is an error that says why', async () => {
  answers(400, { status: 400, title: 'Bad', errors: { name: ['No name.'], cpus: ['Too few.'] } });
  await expect(readIfThere(api.GET('/api/jobs/{id}', job))).rejects.toThrow('No name. Too few.');
  answers(403, { status: 403, type: '/ml/problems/gateway.not-allowed' });
  const error = await read(api.POST('/api/jobs/{id}/cancel', job)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as InstanceType<typeof ApiError>).is('gateway.not-allowed')).toBe(true);
});

test('what is refused is not asked for again, what failed is', () => {
  const next = untilRefused(2000);
  expect([400, 403, 404].map(status => next({ state: { error: new ApiError(status, {}) } }))).toEqual([
    false,
    false,
    false,
  ]);
  expect([0, 429, 503].map(status => next({ state: { error: new ApiError(status, {}) } }))).toEqual([2000, 2000, 2000]);
  expect(next({ state: { error: null } })).toBe(2000);
});
