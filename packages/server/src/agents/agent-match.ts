import type { AgentFilter } from '@drover/api';
import type { AgentMatch } from './agent-list.ts';

/** No agent runs it. */
const NO_CONTENT = '-';

/** The filter with names of contents in the place of a search, which `contentsOf` finds. */
export type MatchOf = <T extends AgentFilter>(filter: T) => Promise<Omit<T, 'runs'> & AgentMatch>;

/** `contentsOf` throws `invalid_search`, `search_incomplete`. */
export function createMatchOf(contentsOf: (search: string) => Promise<readonly string[]>): MatchOf {
  return async ({ runs, ...match }) => {
    if (runs === undefined) return match;
    const found = await contentsOf(runs);
    const { effective } = match;
    const contents = effective?.length ? found.filter((content) => effective.includes(content)) : found;
    return { ...match, effective: contents.length > 0 ? contents : [NO_CONTENT] };
  };
}
