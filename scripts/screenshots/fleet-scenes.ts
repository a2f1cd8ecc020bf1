import type { Page } from 'playwright-core';
import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';

const HOUR_MS = 3_600_000;

async function chooseAll(page: Page): Promise<void> {
  await page.locator('[data-index] input[type="checkbox"]').first().check();
  await page.getByRole('button', { name: /all \d+ that match/ }).click();
}

/** The fleet, empty, small, large, narrowed, with difficult names, and with a clock that is off. */
export const FLEET_SCENES: readonly Scene[] = [
  { name: 'fleet-one', stage: 'one', path: () => '/agents', word: '1 agent', kept: [DARK_WIDE] },
  {
    name: 'fleet',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    kept: [LIGHT_WIDE, DARK_WIDE, LIGHT_PHONE, DARK_PHONE],
  },
  {
    name: 'fleet-unhealthy',
    stage: 'thousand',
    path: () => '/agents?health=unhealthy',
    word: 'of 1,000 agents',
    kept: [LIGHT_WIDE],
  },
  {
    name: 'fleet-none-matches',
    stage: 'thousand',
    path: () => '/agents?q=nothing-like-this',
    word: 'No agent matches',
    kept: [DARK_WIDE],
  },
  {
    name: 'fleet-wrong-selector',
    stage: 'thousand',
    path: () => '/agents?q=os.type==linux',
    word: 'column',
    kept: [],
  },
  {
    name: 'fleet-clock-ahead',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    clockAheadMs: 5 * HOUR_MS,
    kept: [LIGHT_WIDE],
  },
  {
    name: 'fleet-grouped',
    stage: 'thousand',
    path: () => '/agents?by=version',
    word: 'By version',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'fleet-chosen',
    stage: 'thousand',
    path: () => '/agents?health=unhealthy',
    word: 'of 1,000 agents',
    act: chooseAll,
    kept: [DARK_WIDE, LIGHT_PHONE],
  },
  {
    name: 'fleet-forget',
    stage: 'thousand',
    path: () => '/agents?health=unhealthy',
    word: 'of 1,000 agents',
    act: async (page) => {
      await chooseAll(page);
      await page.getByRole('button', { name: /^Forget/ }).click();
      await page.getByRole('dialog').waitFor();
    },
    kept: [LIGHT_WIDE],
  },
  {
    name: 'fleet-completion',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    act: async (page) => {
      await page.getByRole('combobox', { name: /^Search/ }).fill('os.type=');
      await page.getByRole('option', { name: /linux/ }).waitFor();
    },
    kept: [LIGHT_WIDE],
  },
  {
    name: 'fleet-columns',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    act: async (page) => page.getByRole('button', { name: 'Columns' }).click(),
    widths: [1440],
    kept: [DARK_WIDE],
  },
  {
    name: 'fleet-100000',
    stage: 'hundred-thousand',
    path: () => '/agents',
    word: '100,000 agents',
    kept: [DARK_WIDE],
  },
  {
    name: 'fleet-names',
    stage: 'names',
    path: () => '/agents',
    word: 'agents',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
];
