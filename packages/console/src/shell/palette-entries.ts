import type { ReactNode } from 'react';

export interface PaletteEntry {
  readonly id: string;
  readonly group: string;
  readonly word: string;
  readonly href: string;
  readonly aside?: ReactNode;
  readonly detail?: string;
}

export const pageEntries: readonly PaletteEntry[] = [
  { id: 'page:fleet', group: 'Page', word: 'Fleet', href: '/agents', aside: 'g f' },
  { id: 'page:configs', group: 'Page', word: 'Configurations', href: '/configs', aside: 'g c' },
  { id: 'page:rollouts', group: 'Page', word: 'Rollouts', href: '/rollouts', aside: 'g r' },
  { id: 'page:drift', group: 'Page', word: 'Drift', href: '/drift', aside: 'g d' },
  { id: 'page:search', group: 'Page', word: 'Search configurations', href: '/search', aside: 'g s' },
  { id: 'page:connections', group: 'Page', word: 'Connections', href: '/connections', aside: 'g n' },
  {
    id: 'page:waiting',
    group: 'Page',
    word: 'Agents waiting for approval',
    href: '/connections?tab=waiting',
  },
  { id: 'page:secrets', group: 'Page', word: 'Secrets', href: '/configs?tab=secrets' },
  { id: 'page:drafts', group: 'Page', word: 'Drafts of configurations', href: '/configs?tab=drafts' },
  { id: 'act:rollout', group: 'Action', word: 'New rollout', href: '/rollouts/new' },
];

/** What was typed, as a search in configurations and in what agents run. */
export function searchEntry(words: string): PaletteEntry {
  return {
    id: 'act:search',
    group: 'Search',
    word: `“${words}” in configurations and what agents run`,
    href: `/search?q=${encodeURIComponent(words)}`,
  };
}
