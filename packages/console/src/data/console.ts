import { type ApiClient, ApiError, createApiClient, type Session } from '@drover/api';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { TextDesk } from '../text/text-desk.ts';
import { createLiveFeed, type LiveBatch, type LiveFeed } from './live-feed.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';

/** What every page works with, made once when the console starts. */
export interface Console {
  readonly api: ApiClient;
  readonly queryClient: QueryClient;
  readonly live: LiveFeed;
  readonly clock: ServerClock;
  /** Reads texts in threads of their own. */
  readonly texts: TextDesk;
  /** Path under which the console is served, with a slash at its end. */
  readonly rootPath: string;
}

const RETRIES = 2;

function isWorthAnotherTry(failures: number, error: unknown): boolean {
  if (error instanceof ApiError && error.status < 500) return false;
  return failures < RETRIES;
}

function createConsoleQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    // The session ended: the gate shows the login, and what was typed stays in the browser's storage.
    if (error instanceof ApiError && error.status === 401) queryClient.setQueryData(['session'], null);
  };
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        retry: isWorthAnotherTry,
        retryDelay: (attempt) => 400 * 2 ** attempt,
        networkMode: 'always',
        staleTime: 5_000,
        refetchOnWindowFocus: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  return queryClient;
}

/** Turns what happened into fresh reads of what is on screen; nothing else is read. */
export function refreshAfter(queryClient: QueryClient, batch: LiveBatch): void {
  const hasAgents = batch.agents.size > 0 || batch.removedAgents.size > 0;
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [kind, name] }) => {
      if (kind === 'session' || kind === 'revision' || kind === 'preview') return false;
      // The fleet's list keeps its own rows fresh, so that none moves under the hand.
      if (kind === 'agents' && name === 'fleet') return false;
      // Lists of what happened stay as they are: what is new waits behind a button.
      if (kind === 'activity') return name === 'head' && (batch.isReset || batch.hasActivity);
      if (kind === 'fleet-events') return false;
      if (batch.isReset) return true;
      switch (kind) {
        case 'agent':
          return batch.agents.has(String(name)) || batch.removedAgents.has(String(name));
        case 'agents':
        case 'stats':
          return hasAgents;
        case 'search':
          return hasAgents || batch.configs.size > 0;
        case 'credentials':
          return hasAgents;
        case 'tokens':
          return hasAgents || batch.hasTokens;
        case 'configs':
          return hasAgents || batch.configs.size > 0;
        case 'draft':
          // A revision ends the draft that says the same.
          return batch.drafts.has(String(name)) || batch.configs.has(String(name));
        case 'drafts':
          return batch.drafts.size > 0 || batch.configs.size > 0;
        case 'views':
          return batch.hasViews;
        case 'secrets':
          // Who needs a secret changes with rollouts.
          return batch.hasSecrets || batch.rollouts.size > 0 || batch.configs.size > 0;
        case 'config':
          return batch.configs.has(String(name));
        case 'rollouts':
          return batch.rollouts.size > 0;
        case 'rollout':
          return batch.rollouts.has(String(name));
        default:
          return false;
      }
    },
  });
}

export function createConsole(rootPath: string): Console {
  const localNow = () => Date.now();
  const clock = createServerClock(localNow);
  const queryClient = createConsoleQueryClient();
  const baseUrl = rootPath.replace(/\/$/, '');
  const api = createApiClient({
    baseUrl,
    csrfToken: () => queryClient.getQueryData<Session | null>(['session'])?.csrfToken,
    fetch: async (input, init) => {
      const response = await fetch(input, { ...init, credentials: 'same-origin' });
      clock.observe(response.headers.get('date'));
      return response;
    },
  });
  const live = createLiveFeed(
    `${baseUrl}/api/v1/events`,
    localNow,
    () => queryClient.getQueryData<Session | null>(['session'])?.lastEventId,
  );
  live.onBatch((batch) => refreshAfter(queryClient, batch));
  return { api, queryClient, live, clock, texts: new TextDesk(), rootPath };
}
