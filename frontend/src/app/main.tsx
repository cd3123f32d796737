import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { basePath } from '../lib/address';
import { ApiError } from '../lib/api';
import { askAgain } from '../lib/ask-again';
import { connected } from '../lib/connection';
import { startLanguage } from '../lib/i18n/i18n';
import { watchFocus } from '../lib/keep-focus';
import { session } from '../lib/session';
import { applyTheme } from '../lib/theme';
import { router } from './router';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/content.css';
import './styles/versions.css';
import './styles/cards.css';
import './styles/table.css';
import './styles/curves.css';
import './styles/log.css';

applyTheme();
watchFocus();
await startLanguage();
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
    void askAgain(queries);
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
