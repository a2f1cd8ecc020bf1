import { setTimeout as delay } from 'node:timers/promises';
import type { Attributes, ComponentHealth, ConfigFile } from '@drover/opamp';
import type { CustomMessageInit } from '@drover/opamp/client';
import type { AgentObserver } from '../adapters/agent-adapter.ts';
import type { LocalLinkError } from '../telemetry/agent-metrics.ts';

/** What the running agent has said of itself so far. */
export interface Observed {
  readonly health: ComponentHealth | undefined;
  readonly description: { readonly identifying: Attributes; readonly nonIdentifying: Attributes } | undefined;
  readonly effectiveConfig: ReadonlyMap<string, ConfigFile> | undefined;
  readonly isLinked: boolean;
  /** Capabilities of custom messages that it understands. */
  readonly customCapabilities: readonly string[];
}

export interface ObservationOptions {
  /** Something in `current` changed. */
  readonly onObserved: () => void;
  /** The agent has said which custom messages it understands. */
  readonly onCustomCapabilities: () => void;
  readonly onCustomMessage: (message: CustomMessageInit) => void;
  /** Somebody else, or in another way, spoke on the agent's link. */
  readonly onLinkError: (error: LocalLinkError) => void;
}

/** An agent says that it is healthy before it listens for the signal to reload, which would end a Collector until then. */
const LISTENS_AFTER_MS = 250;

const NOTHING_OBSERVED: Observed = {
  health: undefined,
  description: undefined,
  effectiveConfig: undefined,
  isLinked: false,
  customCapabilities: [],
};

/** Gathers what one agent says through its adapter. */
export class AgentObservation {
  readonly #options: ObservationOptions;
  readonly #waiting = new Set<() => void>();
  #current: Observed = NOTHING_OBSERVED;
  #healthyAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ObservationOptions) {
    this.#options = options;
  }

  get current(): Observed {
    return this.#current;
  }

  /** What was said so far was said by an earlier process, or on an earlier configuration. */
  forget(keeps: Partial<Pick<Observed, 'isLinked'>> = {}): void {
    this.#current = { ...NOTHING_OBSERVED, ...keeps };
  }

  /** Calls `look` now and after each change, until it returns true or `limitMs` is over or `signal` aborts; tells which. */
  until(
    look: (observed: Observed) => boolean,
    limitMs: number,
    signal: AbortSignal,
  ): { readonly ended: Promise<'seen' | 'timed_out' | 'aborted'>; cancel(): void } {
    const { promise, resolve } = Promise.withResolvers<'seen' | 'timed_out' | 'aborted'>();
    const finish = (how: 'seen' | 'timed_out' | 'aborted') => {
      clearTimeout(timer);
      this.#waiting.delete(check);
      signal.removeEventListener('abort', abort);
      resolve(how);
    };
    const check = () => {
      if (look(this.#current)) finish('seen');
    };
    const abort = () => finish('aborted');
    const timer = setTimeout(() => finish('timed_out'), limitMs);
    this.#waiting.add(check);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else check();
    return { ended: promise, cancel: abort };
  }

  /** Resolves when a healthy process has been so for long enough to be told to reload. */
  async listens(): Promise<void> {
    await delay(Math.max(0, LISTENS_AFTER_MS - (performance.now() - this.#healthyAtMs)));
  }

  /** What the adapter is given. */
  observer(): AgentObserver {
    const observe = (change: Partial<Observed>) => {
      this.#current = { ...this.#current, ...change };
      for (const check of [...this.#waiting]) check();
      this.#options.onObserved();
    };
    return {
      onHealth: (health) => {
        if (health.healthy) this.#healthyAtMs = performance.now();
        observe({ health });
      },
      onDescription: (description) => observe({ description }),
      onEffectiveConfig: (effectiveConfig) => observe({ effectiveConfig }),
      onLink: (isLinked) => observe({ isLinked }),
      onCustomCapabilities: (customCapabilities) => {
        observe({ customCapabilities });
        this.#options.onCustomCapabilities();
      },
      onCustomMessage: (message) => this.#options.onCustomMessage(message),
      onLinkError: (error) => this.#options.onLinkError(error),
    };
  }
}
