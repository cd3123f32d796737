import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { usePages } from './pager';

function List({ unit }: { unit?: 'charts' }) {
  return usePages([1, 2, 3], 2, { unit }).pager;
}

test('its buttons say what they lead to', () => {
  expect(renderToStaticMarkup(<List />)).toContain('aria-label="Next rows"');
  const charts = renderToStaticMarkup(<List unit="charts" />);
  expect(charts).toContain('aria-label="Previous charts"');
  expect(charts).toContain('aria-label="Next charts"');
});
