/** What an operator asks of a simulation. Durations are in milliseconds, shares from 0 to 1. */
export interface SimulationSettings {
  /** ws://, wss://, http:// or https:// */
  readonly url: string;
  readonly agents: number;
  /** Number of the first agent: several processes share one fleet by different ranges. */
  readonly first: number;
  readonly seed: string;
  readonly token: string | undefined;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string | undefined;
  readonly insecure: boolean;
  /** Share of agents that poll over plain HTTP. */
  readonly httpShare: number;
  /** Share of agents that accept no remote configuration. */
  readonly readOnlyShare: number;
  /** Share of agents that take a credential of their own by connection settings. */
  readonly credentialShare: number;
  readonly heartbeatMs: number;
  /** How long it takes until all agents have begun to connect. */
  readonly rampMs: number;
  /** 0 means until it is stopped. */
  readonly durationMs: number;
  /** Mean time from an offer to its verdict. */
  readonly applyDelayMs: number;
  /** Share of configurations that end FAILED. */
  readonly failRate: number;
  /** Mean time between two changes of one agent's health; 0 means never. */
  readonly healthIntervalMs: number;
  /** Agents that leave and come back, each minute. */
  readonly churnPerMinute: number;
  /** The longest wait before a link that was lost is tried again. */
  readonly reconnectMs: number;
  /** File for a line about each offer and each verdict on one; undefined for none. */
  readonly journal: string | undefined;
}

/** Over plain HTTP the same endpoint has another scheme. */
export function transportUrls(url: string): { readonly webSocket: string; readonly http: string } {
  return {
    webSocket: url.replace(/^http(s?):/, 'ws$1:'),
    http: url.replace(/^ws(s?):/, 'http$1:'),
  };
}
