import type { AgentMetrics } from '../telemetry/agent-metrics.ts';

/** How one agent's link to the fleet server stands. */
export interface ServerLinkState {
  readonly url: string;
  readonly state: 'connecting' | 'connected' | 'disconnected';
  readonly sinceMs: number;
  /** Tries that failed since the link was there last. */
  readonly failedAttempts: number;
  /** Why the last try failed or the link ended; undefined while it is there. */
  readonly lastError: string | undefined;
  readonly lastConnectedAtMs: number | undefined;
}

/** Is told how a link to the server fares. */
export interface LinkListener {
  connected(url: string): void;
  failed(message: string): void;
  disconnected(): void;
}

/** Remembers what the link tells of itself, and counts it. */
export class ServerLinkMonitor implements LinkListener {
  readonly #metrics: AgentMetrics;
  readonly #nowMs: () => number;
  #state: ServerLinkState;

  constructor(url: string, metrics: AgentMetrics, nowMs: () => number = Date.now) {
    this.#metrics = metrics;
    this.#nowMs = nowMs;
    this.#state = {
      url,
      state: 'connecting',
      sinceMs: nowMs(),
      failedAttempts: 0,
      lastError: undefined,
      lastConnectedAtMs: undefined,
    };
  }

  get state(): ServerLinkState {
    return this.#state;
  }

  /** `url` where the server has moved its agents elsewhere. */
  connected(url: string = this.#state.url): void {
    this.#metrics.serverConnected();
    const sinceMs = this.#nowMs();
    this.#state = {
      url,
      state: 'connected',
      sinceMs,
      failedAttempts: 0,
      lastError: undefined,
      lastConnectedAtMs: sinceMs,
    };
  }

  failed(message: string): void {
    this.#metrics.serverConnectFailed();
    const { state, failedAttempts } = this.#state;
    this.#enter(state === 'connected' ? 'disconnected' : state, message, failedAttempts + 1);
  }

  disconnected(message = 'the link ended'): void {
    this.#enter('disconnected', message, this.#state.failedAttempts);
  }

  #enter(state: ServerLinkState['state'], lastError: string, failedAttempts: number): void {
    const sinceMs = state === this.#state.state ? this.#state.sinceMs : this.#nowMs();
    this.#state = { ...this.#state, state, sinceMs, failedAttempts, lastError };
  }
}
