import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ search, children }: { search: object; children: ReactNode }) => (
    <a href={JSON.stringify(search)}>{children}</a>
  ),
}));
const { SubjectAlerts } = await import('./subject-alerts');

/** What is said about a run whose alerts are so many. */
function say(counts: { firing: number; dismissed: number; total: number }): string {
  const client = new QueryClient();
  client.setQueryData(['/api/alerts', 'of', 'run'], { items: [], ...counts });
  const html = renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <SubjectAlerts subject="run" />
    </QueryClientProvider>,
  );
  return html.replaceAll('&quot;', "'");
}

test('alerts that still fire and were dismissed are not called resolved', () => {
  const said = say({ firing: 0, dismissed: 6, total: 6 });
  expect(said).toContain('6 dismissed alerts still fire');
  expect(said).toContain("{'subject':'run','state':'firing','dismissed':'only'}");
  expect(said).not.toContain('resolved');
  expect(said).not.toContain('All 6');
});

test('beside those that were dismissed, all are linked where there are others', () => {
  const said = say({ firing: 0, dismissed: 1, total: 3 });
  expect(said).toContain('1 dismissed alert still fires');
  expect(said).toContain('All 3');
});

test('alerts of which none fires are resolved', () => {
  expect(say({ firing: 0, dismissed: 0, total: 2 })).toContain('2 resolved alerts');
  expect(say({ firing: 0, dismissed: 0, total: 0 })).toBe('');
});
