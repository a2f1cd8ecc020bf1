import { parseSearch } from '@drover/collector-config';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import layout from '../components/layout.module.css';
import { PageHeader } from '../components/page-header.tsx';
import { SearchLine } from '../components/search-line.tsx';
import { Select } from '../components/select.tsx';
import { useApi } from '../data/console-context.tsx';
import { selectorFaultOf } from '../data/failure-text.ts';
import { searchQueries } from '../data/search-queries.ts';
import { SEARCH_PLACES, type SearchPageSearch, type SearchPlace } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import styles from './search.module.css';
import { SearchHelp } from './search-help.tsx';
import { SearchResults } from './search-results.tsx';

const route = getRouteApi('/inside/search');
const PLACE_WORDS: Record<SearchPlace, string> = {
  all: 'Configurations and what agents run',
  configs: 'Configurations',
  effective: 'What agents run',
};

/** What stands where, in configurations and in what agents say that they run. */
export function SearchPage() {
  useTitle('Search');
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { q = '', in: place = 'all', revisions, selector } = search;
  const change = useCallback(
    (part: Partial<SearchPageSearch>) => {
      void navigate({ search: (known) => ({ ...known, ...part }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const onQuery = useCallback((text: string) => change({ q: text === '' ? undefined : text }), [change]);
  const onSelector = useCallback(
    (text: string) => change({ selector: text === '' ? undefined : text }),
    [change],
  );
  const parsed = q.trim() === '' ? undefined : parseSearch(q);
  // While a term is half written, the answer to what was asked before it stands, faint.
  const asked = useAsked(q.trim(), parsed?.kind === 'query');
  const query = useInfiniteQuery({
    ...searchQueries.found(api, {
      q,
      in: place,
      ...(revisions === undefined ? {} : { revisions }),
      ...(selector === undefined ? {} : { selector }),
    }),
    enabled: parsed?.kind === 'query',
  });
  const isAnswered = parsed?.kind === 'query' || query.data !== undefined;
  const fault = parsed?.kind === 'invalid' ? { detail: parsed.message, column: parsed.column } : undefined;
  const selectorFault = selectorFaultOf(query.error);
  return (
    <>
      <PageHeader
        title="Search"
        below="Search configurations and what agents report running: who still exports to …?"
      />
      <div className={layout.column}>
        <div className={styles.query}>
          <SearchLine
            label="Search in configurations and what agents run"
            placeholder="Text, or terms: exports:collector.example, exporter:otlp, key:insecure=true"
            value={q}
            onChange={onQuery}
            fault={fault}
          />
        </div>
        <div className={styles.scope}>
          <Select
            label="Look in"
            value={place}
            options={SEARCH_PLACES.map((each) => ({ value: each, word: PLACE_WORDS[each] }))}
            onChange={(value) =>
              change({ in: SEARCH_PLACES.find((each) => each === value && each !== 'all') })
            }
          />
          <div className={styles.selector}>
            <SearchLine
              label="Limit to agents"
              placeholder="All agents, or a selector: env=prod"
              value={selector ?? ''}
              onChange={onSelector}
              fault={selectorFault}
              completes
            />
          </div>
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={revisions === 'all'}
              disabled={place === 'effective'}
              onChange={(event) => change({ revisions: event.currentTarget.checked ? 'all' : undefined })}
            />
            All revisions
          </label>
        </div>
        <SearchHelp isOpen={asked === undefined} />
        {asked === undefined || selectorFault !== undefined || !isAnswered ? null : (
          <SearchResults q={asked} query={query} />
        )}
      </div>
    </>
  );
}

/** The newest text that could be read; undefined where nothing is asked, or was before this. */
function useAsked(text: string, isReadable: boolean): string | undefined {
  const last = useRef<string>(undefined);
  if (text === '') last.current = undefined;
  else if (isReadable) last.current = text;
  return last.current;
}
