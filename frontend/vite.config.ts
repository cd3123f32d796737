import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Addresses are relative to <base href>, which the platform sets.
  base: './',
  plugins: [react()],
  // light-dark() and colours made from others are used as they are: lowering them would break the theme switch.
  build: { target: ['chrome123', 'firefox128', 'safari18'], assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://127.0.0.1:5080' } },
});
