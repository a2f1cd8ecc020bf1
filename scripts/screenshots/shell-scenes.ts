import type { Page } from 'playwright-core';
import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';

const openPalette = async (page: Page): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^Find/ }).fill('edge');
  await page.getByRole('option', { name: /Configuration edge/ }).waitFor();
};

/** What is there on every page, and what is there when the server is not. */
export const SHELL_SCENES: readonly Scene[] = [
  { name: 'login', stage: 'empty', path: () => '/login', word: 'Admin token', kept: [LIGHT_PHONE] },
  {
    name: 'fleet-empty',
    stage: 'empty',
    path: () => '/agents',
    word: 'Waiting for an agent',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'palette',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    act: openPalette,
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'keys',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    act: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    },
    kept: [DARK_WIDE],
  },
  {
    name: 'more',
    stage: 'thousand',
    path: () => '/rollouts',
    word: 'edge r2',
    act: async (page) => page.getByRole('button', { name: 'More' }).click(),
    widths: [390],
    kept: [LIGHT_PHONE],
  },
  {
    name: 'not-found',
    stage: 'thousand',
    path: () => '/nothing/here',
    word: 'Page not found',
    kept: [LIGHT_PHONE],
  },
  {
    name: 'server-gone',
    stage: 'one',
    path: () => '/agents',
    word: '1 agent',
    act: async (page, { server }) => {
      await page.getByRole('table', { name: 'Agents' }).waitFor();
      await server.program.end('SIGKILL');
      await page.getByText('The server cannot be reached').first().waitFor();
    },
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'error',
    stage: 'one',
    path: () => '/configs',
    word: 'New configuration',
    act: async (page, { server }) => {
      await server.program.end('SIGKILL');
      // The code of this view is there; its data cannot be read.
      await page.getByRole('tab', { name: 'Drafts' }).click();
      await page.getByText('could not be loaded').first().waitFor();
    },
    kept: [LIGHT_WIDE],
  },
];
