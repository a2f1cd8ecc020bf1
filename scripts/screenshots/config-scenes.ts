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

/** Configurations: their list, the editor in its states, their past, secrets. */
export const CONFIG_SCENES: readonly Scene[] = [
  {
    name: 'configurations-empty',
    stage: 'empty',
    path: () => '/configs',
    word: 'New configuration',
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
    word: 'Revision saved',
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
