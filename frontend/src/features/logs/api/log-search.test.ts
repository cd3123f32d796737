import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const asked: URL[] = [];
let answers: (() => Response)[] = [];

vi.stubGlobal(
  'Request',
  class extends Request {
    constructor(address: RequestInfo | URL, init?: RequestInit) {
      super(typeof address === 'string' ? new URL(address, document.baseURI) : address, init);
    }
  },
);
vi.stubGlobal('fetch', (request: Request) => {
  asked.push(new URL(request.url));
  return Promise.resolve((answers.shift() ?? (() => page([])))());
});

const { readLogSearch } = await import('./log-address');
const { cutSides, logSearchOptions, matchesOf } = await import('./log-search');

function page(lines: string[], nextCursor: string | null = null): Response {
  const items = lines.map(text => ({ text, matches: [] }));
  return Response.json({ items, nextCursor, isComplete: true, searchedTo: null, unsearchedBytes: 0 });
}

beforeEach(() => {
  asked.length = 0;
  answers = [];
});

describe('the address of a log search', () => {
  it('is read as far as it is known', () => {
    expect(readLogSearch({ q: 'nan', project: 'cv', since: '7d', job: 'x', other: 1 })).toEqual({
      q: 'nan',
      project: 'cv',
      job: 'x',
      since: '7d',
    });
    expect(readLogSearch({ q: 12, since: 'toString' })).toEqual({ q: '12' });
  });
});

describe('a log search', () => {
  const open = (client: QueryClient) => {
    const list = new InfiniteQueryObserver(client, logSearchOptions({ q: 'nan' }));
    const close = list.subscribe(() => undefined);
    const lines = () => list.getCurrentResult().data?.pages.flatMap(one => one.items.map(line => line.text));
    return { list, close, lines };
  };

  it('that was left is carried out again when it is opened', async () => {
    const client = new QueryClient();
    const first = open(client);
    await vi.waitFor(() => expect(first.lines()).toEqual([]));
    first.close();
    answers = [() => page(['nan'])];
    const again = open(client);
    await vi.waitFor(() => expect(again.lines()).toEqual(['nan']));
    expect(asked.length).toBe(2);
  });

  it('keeps as many lines as were shown', async () => {
    const client = new QueryClient();
    answers = [() => page(['a'], 'next'), () => page(['b'])];
    const first = open(client);
    await vi.waitFor(() => expect(first.lines()).toEqual(['a']));
    await first.list.fetchNextPage();
    first.close();
    answers = [() => page(['new'], 'next'), () => page(['a'])];
    const again = open(client);
    expect(again.lines()).toEqual(['a', 'b']);
    await vi.waitFor(() => expect(again.lines()).toEqual(['new', 'a']));
    expect(asked.at(-1)!.searchParams.get('cursor')).toBe('next');
  });

  it('that is sent again begins again', async () => {
    const client = new QueryClient();
    const { list, lines } = open(client);
    await vi.waitFor(() => expect(lines()).toEqual([]));
    answers = [() => page(['nan'])];
    void client.resetQueries({ queryKey: logSearchOptions({ q: 'nan' }).queryKey, exact: true });
    expect(list.getCurrentResult().isPending).toBe(true);
    await vi.waitFor(() => expect(lines()).toEqual(['nan']));
  });

  it('says at once that a service is unavailable', async () => {
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    answers = [() => page(['a'], 'next'), () => new Response(null, { status: 503 })];
    const { list, lines } = open(client);
    await vi.waitFor(() => expect(lines()).toEqual(['a']));
    const { isFetchNextPageError } = await list.fetchNextPage();
    expect(isFetchNextPageError).toBe(true);
    expect(lines()).toEqual(['a']);
  });
});

describe('a line', () => {
  it('has marks also beyond the matches that the API names', () => {
    const text = 'rep '.repeat(60);
    const named = Array.from({ length: 50 }, (_, index) => ({ start: 4 * index, length: 3 }));
    const matches = matchesOf({ text, matches: named }, 'REP');
    expect(matches.length).toBe(60);
    expect(matches.at(-1)).toEqual({ start: 236, length: 3 });
    expect(matchesOf({ text, matches: named.slice(0, 2) }, 'rep').length).toBe(2);
  });

  it('is cut on the sides that its first match is far from', () => {
    const sides = (start: number, isCut = true) => cutSides({ isCut, matches: [{ start, length: 3 }] });
    expect(sides(0)).toEqual({ before: false, after: true });
    expect(sides(199)).toEqual({ before: true, after: true });
    expect(sides(200)).toEqual({ before: true, after: true });
    expect(sides(900)).toEqual({ before: true, after: false });
    expect(sides(900, false)).toEqual({ before: false, after: false });
  });
});
