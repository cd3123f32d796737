import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { basePath } from '../lib/address';
import { ApiError } from '../lib/api';
import { connected } from '../lib/connection';
import { applyLanguage } from '../lib/i18n/i18n';
import { session } from '../lib/session';
import { applyTheme } from '../lib/theme';
import { preloadPages, router } from './router';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/content.css';
import './styles/cards.css';
import './styles/table.css';
import './styles/curves.css';
import './styles/log.css';

applyTheme();
applyLanguage();
// Beside the proxy that shows it below a path, the platform may be opened at its own address.
if (!`${location.pathname}/`.startsWith(basePath())) {
  history.replaceState(null, '', basePath() + location.pathname.slice(1) + location.search + location.hash);
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refused request is not retried; one without an answer is retried once the server is back.
      retry: (failures, error) => !(error instanceof ApiError && error.status > 0) && failures < 1,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
connected.subscribe(() => {
  if (connected.get()) {
    void queries.invalidateQueries();
  }
});
session.subscribe(() => void queries.resetQueries());

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

// Safari has no idle callbacks.
const whenIdle = 'requestIdleCallback' in window ? requestIdleCallback : setTimeout;
/** What the first page shows comes first. */
const preloadAfter = 3000;
setTimeout(() => whenIdle(() => preloadPages()), preloadAfter);
