import type { LiveEvent } from '@drover/api';
import { createStore, type Store } from './store.ts';

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly since: number };

/** What happened since the last time, gathered so that a busy fleet costs one refresh and not thousands. */
export interface LiveBatch {
  /** Everything on screen may be old: read again. */
  readonly isReset: boolean;
  readonly agents: ReadonlySet<string>;
  readonly removedAgents: ReadonlySet<string>;
  readonly configs: ReadonlySet<string>;
  readonly rollouts: ReadonlySet<string>;
  /** Configurations whose draft was saved or dropped. */
  readonly drafts: ReadonlySet<string>;
  /** Enrolment tokens were made or deleted. */
  readonly hasTokens: boolean;
  /** Secrets were set or deleted. */
  readonly hasSecrets: boolean;
  /** Saved views were written or deleted. */
  readonly hasViews: boolean;
  /** Something was added to the audit trail. */
  readonly hasActivity: boolean;
}

export interface LiveFeed {
  readonly link: Store<LinkState>;
  start(): void;
  stop(): void;
  onBatch(listener: (batch: LiveBatch) => void): () => void;
}

const EVENT_NAMES = [
  'agent.changed',
  'agent.removed',
  'config.changed',
  'config_draft.changed',
  'secret.changed',
  'view.changed',
  'rollout.changed',
  'enrolment_token.changed',
  'activity.added',
  'reset',
] as const;
const GATHER_MS = 700;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 8000;
/** More names than this are not looked at one by one: all is read again. */
const NAMES_MAX = 5000;

function parseLiveEvent(type: string, data: string): LiveEvent | undefined {
  try {
    const body: unknown = data === '' ? {} : JSON.parse(data);
    if (typeof body !== 'object' || body === null) return undefined;
    return { ...body, type } as LiveEvent;
  } catch {
    return undefined;
  }
}

export class LiveGathering {
  isReset = false;
  agents = new Set<string>();
  removedAgents = new Set<string>();
  configs = new Set<string>();
  rollouts = new Set<string>();
  drafts = new Set<string>();
  hasTokens = false;
  hasSecrets = false;
  hasViews = false;
  hasActivity = false;

  add(event: LiveEvent): void {
    switch (event.type) {
      case 'agent.changed':
        for (const uid of event.instanceUids) {
          this.agents.add(uid);
          this.removedAgents.delete(uid);
        }
        break;
      case 'agent.removed':
        for (const uid of event.instanceUids) {
          this.removedAgents.add(uid);
          this.agents.delete(uid);
        }
        break;
      case 'config.changed':
        this.configs.add(event.name);
        break;
      case 'rollout.changed':
        this.rollouts.add(event.id);
        break;
      case 'reset':
        this.isReset = true;
        break;
      case 'enrolment_token.changed':
        this.hasTokens = true;
        break;
      case 'config_draft.changed':
        this.drafts.add(event.name);
        break;
      case 'activity.added':
        this.hasActivity = true;
        break;
      case 'view.changed':
        this.hasViews = true;
        break;
      case 'secret.changed':
        this.hasSecrets = true;
        break;
      default:
        event satisfies never;
    }
    if (this.agents.size > NAMES_MAX) {
      this.isReset = true;
      this.agents.clear();
    }
  }
}

/**
 * Server-sent events with a reconnect of our own: a browser gives up on some answers, and the banner needs to know. They
 * begin behind `lastEventId`, so that nothing is missed that happened while the first pages were read.
 */
export function createLiveFeed(
  url: string,
  localNow: () => number,
  lastEventId: () => string | undefined,
): LiveFeed {
  const link = createStore<LinkState>({ kind: 'connecting' });
  const listeners = new Set<(batch: LiveBatch) => void>();
  let gathering = new LiveGathering();
  let source: EventSource | undefined;
  let gatherTimer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = RETRY_MIN_MS;

  const flush = () => {
    gatherTimer = undefined;
    const batch = gathering;
    gathering = new LiveGathering();
    for (const listener of [...listeners]) listener(batch);
  };
  const take = (event: LiveEvent) => {
    gathering.add(event);
    gatherTimer ??= setTimeout(flush, GATHER_MS);
  };

  const connect = () => {
    retryTimer = undefined;
    const after = lastEventId();
    const query = after === undefined ? '' : `?${new URLSearchParams({ lastEventId: after })}`;
    const opened = new EventSource(`${url}${query}`);
    source = opened;
    for (const name of EVENT_NAMES) {
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        const event = parseLiveEvent(name, message.data);
        if (event !== undefined) take(event);
      });
    }
    opened.onopen = () => {
      const wasLost = link.get().kind === 'lost';
      retryMs = RETRY_MIN_MS;
      link.set({ kind: 'live' });
      if (wasLost) take({ type: 'reset' });
    };
    opened.onerror = () => {
      opened.close();
      if (link.get().kind !== 'lost') link.set({ kind: 'lost', since: localNow() });
      retryTimer = setTimeout(connect, retryMs);
      retryMs = Math.min(RETRY_MAX_MS, retryMs * 1.6);
    };
  };

  return {
    link,
    start: () => {
      if (source === undefined) connect();
    },
    stop: () => {
      clearTimeout(gatherTimer);
      clearTimeout(retryTimer);
      source?.close();
      source = undefined;
      link.set({ kind: 'connecting' });
    },
    onBatch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
