// biome-ignore lint/correctness/noUndeclaredDependencies: build tools are the root's, one version for all
import react from '@vitejs/plugin-react';
// biome-ignore lint/correctness/noUndeclaredDependencies: as above
import { defaultClientConditions, defineConfig } from 'vite';
import { firstPageBudget } from '../../scripts/build/first-page.ts';

// For `vite` alone (development): where a control plane listens.
const server = process.env.DROVER_DEV_SERVER ?? 'http://127.0.0.1:4321';

export default defineConfig({
  // Relative, so that the same build works behind any path prefix; index.html carries the base.
  base: './',
  plugins: [react(), firstPageBudget({ pages: ['src/fleet/fleet-page.tsx'], limitBytes: 250_000 })],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  // The server writes a fresh nonce in its place for every response.
  html: { cspNonce: '__CSP_NONCE__' },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/site',
    target: 'es2023',
    sourcemap: false,
    // Fonts stay files: the Content-Security-Policy allows no data: fonts.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rolldownOptions: {
      onLog(level, log, handler) {
        // "use client" in libraries means nothing to a browser build.
        if (log.code === 'MODULE_LEVEL_DIRECTIVE') return;
        handler(level, log);
      },
    },
  },
  server: { proxy: { '/api': { target: server, changeOrigin: false } } },
});
