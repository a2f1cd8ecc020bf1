import type { AgentSummary, Page } from '@drover/api';
import type { InfiniteData } from '@tanstack/react-query';

export type FleetPages = InfiniteData<Page<AgentSummary>, string>;

/** So many pages on either side of what is in view are kept whole. */
const KEPT_PAGES = 5;

/** In the place of all that is let go; `isReleased` knows it again. */
const NOTHING: Omit<AgentSummary, 'instanceUid' | 'displayName'> = {
  labels: {},
  type: '',
  version: '',
  hostName: '',
  osType: '',
  connection: {
    state: 'disconnected',
    transport: 'websocket',
    remoteAddress: '',
    since: '',
    lastMessageAt: '',
  },
  enrolment: {
    state: 'approved',
    decidedBy: null,
    decidedAt: null,
    credential: 'none',
    enrolmentToken: null,
    takesCredentials: false,
  },
  health: { state: 'unknown', status: '', lastError: '' },
  remoteConfig: { configs: [], status: 'unset', syncState: 'none', drift: 'unknown', errorMessage: '' },
  capabilities: [],
};

/** True where only name and identity of the row are held, and the rest has to be read again. */
export function isReleased(agent: AgentSummary): boolean {
  return agent.connection === NOTHING.connection;
}

/** Puts fresh rows where the old ones stand; no row comes, goes or moves. */
export function patchRows(
  pages: FleetPages | undefined,
  fresh: readonly AgentSummary[],
): FleetPages | undefined {
  if (pages === undefined) return undefined;
  const byUid = new Map(fresh.map((agent) => [agent.instanceUid, agent]));
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.items.some((agent) => byUid.has(agent.instanceUid))
        ? { ...page, items: page.items.map((agent) => byUid.get(agent.instanceUid) ?? agent) }
        : page,
    ),
  };
}

/**
 * Lets go of the rows that are far from the row in view, so that a tab through which a whole fleet was scrolled stays
 * small. They keep their places and their names. The same object where nothing is far.
 */
export function releaseFar(pages: FleetPages, row: number): FleetPages {
  let start = 0;
  const starts = pages.pages.map(({ items }) => {
    start += items.length;
    return start - items.length;
  });
  const current = starts.findLastIndex((first) => first <= row);
  const isFar = (index: number): boolean => Math.abs(index - current) > KEPT_PAGES;
  // Rows come back where one looks, the first and the last of a page before others: they stand for all of it.
  const isWhole = ({ items }: Page<AgentSummary>): boolean =>
    [items[0], items.at(-1)].some((agent) => agent !== undefined && !isReleased(agent));
  if (!pages.pages.some((page, index) => isFar(index) && isWhole(page))) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page, index) =>
      isFar(index) && isWhole(page)
        ? {
            ...page,
            items: page.items.map(({ instanceUid, displayName }) => ({
              ...NOTHING,
              instanceUid,
              displayName,
            })),
          }
        : page,
    ),
  };
}
