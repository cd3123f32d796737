import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Addresses are relative to <base href>, which the platform sets.
  base: './',
  plugins: [react()],
  // light-dark() and colours made from others are used as they are: lowering them would break the theme switch.
  build: {
    target: ['chrome123', 'firefox128', 'safari18'],
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // What every page loads is one file of the libraries: it compresses better than thirty small ones, and stays
        // in the browser's cache while the app changes. Lists page by page and many queries at once are of runs only.
        codeSplitting: {
          groups: [
            {
              name: 'libraries',
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack|openapi-fetch)[\\/](?!.*(infiniteQueryObserver|queriesObserver|useInfiniteQuery|useQueries)\.)/,
            },
            { name: 'icons', test: /node_modules[\\/]lucide-react[\\/]/ },
          ],
        },
      },
    },
  },
  test: { setupFiles: ['src/test-setup.ts'] },
  server: { proxy: { '/api': 'http://127.0.0.1:5080' } },
});
