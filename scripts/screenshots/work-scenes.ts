import type { Page } from 'playwright-core';
import { EDGE } from './content.ts';
import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';
import type { Stage } from './stages.ts';

/** One types while another saves the same configuration. */
async function writeTogether(page: Page, { server }: Stage): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Configuration body' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# written here\n');
  const config = await server.api.getConfig('shared');
  const body = `# written by another, revision ${config.revision.number + 1}\n${EDGE}`;
  await server.api.putConfig('shared', { body });
  await page.getByRole('button', { name: 'Merge…' }).click();
  await page.getByRole('group', { name: /^Conflict 1/ }).waitFor();
}

/** Configurations, rollouts, drift, search, connections. */
export const WORK_SCENES: readonly Scene[] = [
  {
    name: 'configurations-empty',
    stage: 'empty',
    path: () => '/configs',
    word: 'New configuration',
    kept: [],
  },
  {
    name: 'rollouts-empty',
    stage: 'empty',
    path: () => '/rollouts',
    word: 'No rollouts yet',
    kept: [],
  },
  { name: 'configurations', stage: 'thousand', path: () => '/configs', word: 'edge', kept: [LIGHT_WIDE] },
  {
    name: 'editor',
    stage: 'thousand',
    path: () => '/configs/edge',
    word: 'memory_limiter',
    kept: [LIGHT_WIDE, DARK_WIDE, LIGHT_PHONE],
  },
  {
    name: 'editor-1-mib',
    stage: 'thousand',
    path: () => '/configs/huge',
    word: 'receivers',
    kept: [DARK_WIDE],
  },
  {
    name: 'revisions',
    stage: 'thousand',
    path: () => '/configs/edge?tab=revisions',
    word: 'From r1 to r2',
    kept: [DARK_WIDE, LIGHT_PHONE],
  },
  {
    name: 'editor-compare',
    stage: 'thousand',
    path: () => '/configs/edge?compare=r1',
    word: 'memory_limiter',
    kept: [LIGHT_WIDE],
  },
  {
    name: 'editor-merge',
    stage: 'one',
    path: () => '/configs/shared',
    word: 'Save revision',
    act: writeTogether,
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'configuration-agents',
    stage: 'thousand',
    path: () => '/configs/edge?tab=agents',
    word: 'By revision',
    kept: [LIGHT_WIDE],
  },
  {
    name: 'configuration-history',
    stage: 'thousand',
    path: () => '/configs/edge?tab=history',
    word: 'Revision written',
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
  {
    name: 'connections',
    stage: 'thousand',
    path: () => '/connections?tab=tokens',
    word: 'rack-installer',
    kept: [DARK_WIDE],
  },
  {
    name: 'connections-waiting',
    stage: 'waiting',
    path: () => '/connections',
    word: 'Approve',
    kept: [LIGHT_WIDE, LIGHT_PHONE],
  },
  {
    name: 'credentials',
    stage: 'waiting',
    path: () => '/connections?tab=credentials',
    word: 'Credentials',
    kept: [DARK_WIDE],
  },
  {
    name: 'activity',
    stage: 'thousand',
    path: () => '/activity',
    word: 'edge',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'activity-agents',
    stage: 'thousand',
    path: () => '/activity?tab=agents',
    word: 'ago',
    kept: [DARK_WIDE],
  },
  { name: 'settings', stage: 'thousand', path: () => '/settings', word: 'Memory', kept: [LIGHT_WIDE] },
  {
    name: 'settings-all',
    stage: 'thousand',
    path: () => '/settings?tab=settings',
    word: 'opamp.listen',
    kept: [DARK_WIDE],
  },
  { name: 'settings-access', stage: 'thousand', path: () => '/settings?tab=access', word: 'admin', kept: [] },
  {
    name: 'settings-schemas',
    stage: 'thousand',
    path: () => '/settings?tab=schemas',
    word: 'otelcol',
    kept: [],
  },
  {
    name: 'secrets',
    stage: 'thousand',
    path: () => '/configs?tab=secrets',
    word: 'gateway-token',
    kept: [],
  },
];
