import type { AgentStatus } from './agent-status.ts';

/** What `GET /status` answers and `drover-supervisor status -o json` prints. */
export interface SupervisorStatus {
  readonly supervisor: {
    readonly version: string;
    readonly pid: number;
    readonly startedAt: string;
    readonly storageFolder: string;
    readonly settingsFile: string | null;
    readonly residentBytes: number;
  };
  /** How many of the agents' links to the fleet server are there. */
  readonly server: { readonly connected: number; readonly of: number };
  /** Every agent is ready. */
  readonly isReady: boolean;
  readonly agents: readonly AgentStatus[];
}

export interface SupervisorFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly storageFolder: string;
  readonly settingsFile: string | undefined;
}

export function supervisorStatus(facts: SupervisorFacts, agents: readonly AgentStatus[]): SupervisorStatus {
  const links = agents.flatMap(({ server }) => (server === null ? [] : [server]));
  return {
    supervisor: {
      version: facts.version,
      pid: process.pid,
      startedAt: new Date(facts.startedAtMs).toISOString(),
      storageFolder: facts.storageFolder,
      settingsFile: facts.settingsFile ?? null,
      residentBytes: process.memoryUsage.rss(),
    },
    server: { connected: links.filter(({ state }) => state === 'connected').length, of: agents.length },
    isReady: agents.every(({ isReady }) => isReady),
    agents,
  };
}
