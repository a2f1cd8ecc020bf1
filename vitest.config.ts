import { defineConfig } from 'vitest/config';

// Sources are tested without a build. Vitest takes this from `ssr.resolve.conditions` only, and only when each
// project names it itself.
const sources = {
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } },
};
const exclude = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        ...sources,
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
          exclude: [...exclude, '**/*.pg.test.ts'],
          // Nothing waits for time to pass; a machine that is busy with other things may take long all the same.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...sources,
        extends: true,
        test: {
          name: 'pg',
          include: ['packages/*/src/**/*.pg.test.ts'],
          exclude,
          globalSetup: ['scripts/vitest/postgres-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...sources,
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/**/*.test.ts'],
          exclude,
          globalSetup: ['scripts/vitest/e2e-setup.ts'],
          // Real processes with fixed ports (the Collector's own 8888) and two cores: one file at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
