import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { Run } from '../api/runs';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ children }: { children: ReactNode }) => <a href="#run">{children}</a>,
}));
const { RunDetails } = await import('./run-details');

test('a child run has its status beside it', () => {
  const client = new QueryClient();
  const items = [
    { id: '2', name: 'lr 0.1', status: 'failed' },
    { id: '1', name: 'lr 0.2', status: 'finished' },
  ];
  client.setQueryData(['/api/runs', 'children of', 'sweep', 5], { items, total: 2 });
  const run = { id: 'sweep', parentId: null, environment: null } as unknown as Run;
  const html = renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <RunDetails run={run} />
    </QueryClientProvider>,
  );
  expect(html.replace(/<[^>]*>/g, '|')).toMatch(/\|lr 0\.1\|+Failed\|+lr 0\.2\|+Finished\|/);
});
