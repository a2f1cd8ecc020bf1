import type { Config, Rollout } from '@drover/api';
import type { ReactNode } from 'react';
import { targetText } from '../components/rollout-table.tsx';
import { PLACES } from './places.ts';

/** What the palette can do beside going somewhere. */
export type PaletteAct = 'light' | 'dark' | 'auto' | 'keys' | 'logout';

export interface PaletteEntry {
  readonly id: string;
  readonly group: string;
  readonly word: string;
  /** Where it leads, or what it does. */
  readonly goal: { readonly href: string } | { readonly act: PaletteAct };
  readonly aside?: ReactNode;
  readonly detail?: string;
  /** Other words by which it is found. */
  readonly also?: string;
}

const page = (word: string, href: string, aside?: string): PaletteEntry => ({
  id: `page:${href}`,
  group: 'Page',
  word,
  goal: { href },
  aside,
});
const act = (word: string, href: string, also = ''): PaletteEntry => ({
  id: `act:${href}`,
  group: 'Action',
  word,
  goal: { href },
  also,
});
const own = (word: string, name: PaletteAct, also = ''): PaletteEntry => ({
  id: `own:${name}`,
  group: 'Action',
  word,
  goal: { act: name },
  also,
});

/** What is there whatever the fleet holds: pages, agents in need, acts. */
const FIXED: readonly PaletteEntry[] = [
  ...PLACES.map(({ word, to, key }) => page(word, to, `g ${key}`)),
  page('Agents waiting for approval', '/connections?tab=waiting'),
  page('Enrolment tokens', '/connections?tab=tokens'),
  page('Agent credentials', '/connections?tab=credentials'),
  page('Agent events', '/activity?tab=agents'),
  page('Current settings', '/settings?tab=settings'),
  page('Component schemas', '/settings?tab=schemas'),
  page('Secrets', '/configs?tab=secrets'),
  page('Configuration drafts', '/configs?tab=drafts'),
  page('Unhealthy agents', '/agents?health=unhealthy'),
  page('Agents with a failed configuration', '/agents?sync=failed'),
  page('Disconnected agents', '/agents?state=disconnected'),
  act('New rollout', '/rollouts/new', 'roll out start'),
  act('New configuration', '/new-configuration', 'create config'),
  own('Keyboard shortcuts', 'keys', 'help'),
  own('Light theme', 'light', 'colour scheme'),
  own('Dark theme', 'dark', 'colour scheme'),
  own('System theme', 'auto', 'colour scheme'),
  own('Log out', 'logout', 'sign out'),
];
/** Without a word typed: the pages, and what one comes for most. */
const SHOWN_AT_FIRST = FIXED.filter(
  ({ id }) => PLACES.some(({ to }) => id === `page:${to}`) || id.startsWith('act:') || id.includes('health'),
);
const CONFIGS_SHOWN = 6;

/** All of the words stand in the text, in any order and any case. */
export function isFound(words: string, text: string): boolean {
  const searched = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}

/** What the palette knows without asking the server: what was typed against pages, acts, configurations and rollouts. */
export function localEntries(
  words: string,
  known: { readonly configs: readonly Config[]; readonly running: readonly Rollout[] },
): readonly PaletteEntry[] {
  const running = known.running.map(
    (rollout): PaletteEntry => ({
      id: `rollout:${rollout.id}`,
      group: 'Rollout',
      word: targetText(rollout.target),
      goal: { href: `/rollouts/${rollout.id}` },
      aside: 'Running',
    }),
  );
  if (words === '') return [...running, ...SHOWN_AT_FIRST];
  const configs = known.configs
    .flatMap(({ name, revision }): PaletteEntry[] => [
      {
        id: `config:${name}`,
        group: 'Configuration',
        word: name,
        goal: { href: `/configs/${encodeURIComponent(name)}` },
        aside: `r${revision.number}`,
        also: 'configuration edit',
      },
      {
        id: `roll-out:${name}`,
        group: 'Action',
        word: `Roll out ${name}`,
        goal: { href: `/rollouts/new?config=${encodeURIComponent(name)}` },
      },
    ])
    .filter((entry) => isFound(words, `${entry.word} ${entry.also ?? ''}`))
    .slice(0, 2 * CONFIGS_SHOWN);
  const all = [...FIXED, ...running, ...configs].filter((entry) =>
    isFound(words, `${entry.word} ${entry.also ?? ''}`),
  );
  // What begins with what was typed is what was meant.
  const begins = (entry: PaletteEntry): boolean => entry.word.toLowerCase().startsWith(words.toLowerCase());
  return [...all.filter(begins), ...all.filter((entry) => !begins(entry))];
}

/** What was typed, as a search in configurations and in what agents run. */
export function searchEntry(words: string): PaletteEntry {
  return {
    id: 'act:search',
    group: 'Search',
    word: `“${words}” in configurations and what agents run`,
    goal: { href: `/search?q=${encodeURIComponent(words)}` },
  };
}
