import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';

/** Rollouts, the wizard, drift, and search. */
export const ROLLOUT_SCENES: readonly Scene[] = [
  {
    name: 'rollouts-empty',
    stage: 'empty',
    path: () => '/rollouts',
    word: 'No rollouts yet',
    kept: [],
  },
  { name: 'rollouts', stage: 'thousand', path: () => '/rollouts', word: 'edge r2', kept: [LIGHT_WIDE] },
  {
    name: 'rollout-running',
    stage: 'thousand',
    path: ({ running }) => `/rollouts/${running}`,
    word: 'Waiting for approval',
    kept: [LIGHT_WIDE, DARK_WIDE, LIGHT_PHONE],
  },
  {
    name: 'rollout-ended',
    stage: 'thousand',
    path: ({ ended }) => `/rollouts/${ended}`,
    word: 'could not apply it',
    kept: [DARK_PHONE],
  },
  {
    name: 'rollout-preview',
    stage: 'thousand',
    path: () => '/rollouts/new?config=edge&preview=now',
    word: 'Roll out to',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'rollout-waves',
    stage: 'thousand',
    path: () => '/rollouts/new?config=edge&selector=os.type%3Ddarwin&preview=now',
    word: 'Roll out to',
    act: async (page) => {
      await page.getByRole('radio', { name: /^In waves/ }).check();
      await page.getByRole('radio', { name: /^In waves/ }).scrollIntoViewIfNeeded();
    },
    kept: [DARK_WIDE],
  },
  { name: 'drift', stage: 'thousand', path: () => '/drift', word: 'agents', kept: [LIGHT_WIDE] },
  {
    name: 'search',
    stage: 'thousand',
    path: () => '/search?q=exporter%3Adebug',
    word: 'What agents run',
    kept: [LIGHT_WIDE],
  },
];
