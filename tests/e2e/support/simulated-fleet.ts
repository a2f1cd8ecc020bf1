import { join } from 'node:path';
import type { AgentSummary, ApiClient, Page, RolloutAgent } from '@drover/api';
import { type RunningServer, startServer } from './drover.ts';
import { type OfferEntry, readOfferJournal } from './offer-journal.ts';
import { eventually, Program } from './process.ts';

/** A control plane on its data folder and the agents that drover-sim connects to it. */
export interface SimulatedFleet extends AsyncDisposable {
  /** The control plane that runs now; another after `restart`. */
  readonly server: RunningServer;
  readonly journal: readonly OfferEntry[];
  /** Kills the control plane with -9 and starts it again where it was. */
  restart(): Promise<void>;
}

/** Resolves when all agents are connected. */
export async function startSimulatedFleet(options: {
  readonly folder: string;
  readonly agents: number;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}): Promise<SimulatedFleet> {
  const { folder, agents, args, env = {} } = options;
  const dataDir = join(folder, 'data');
  const journal = join(folder, 'journal.jsonl');
  let server = await startServer({ dataDir, env });
  const ports = { opampListen: new URL(server.opampUrl).host, httpListen: new URL(server.httpUrl).host };
  const simulator = new Program('drover-sim', 'packages/simulator/bin/drover-sim.js', {
    args: [
      ...['--agents', String(agents), '--url', server.opampUrl, '--journal', journal],
      ...['--health-interval', '0', '--ramp', '1s', ...args],
    ],
  });
  const fleet: SimulatedFleet = {
    get server() {
      return server;
    },
    get journal() {
      return readOfferJournal(journal);
    },
    async restart() {
      await server.program.end('SIGKILL');
      server = await startServer({ dataDir, env, ...ports });
    },
    async [Symbol.asyncDispose]() {
      await simulator.end('SIGKILL');
      await server.program.end('SIGKILL');
    },
  };
  try {
    await eventually(
      `all ${agents} agents are connected`,
      async () => (await server.api.stats()).state.connected === agents,
    );
    return fleet;
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}

async function allOf<T>(page: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const next = await page(cursor);
    items.push(...next.items);
    if (next.nextCursor === null) return items;
    cursor = next.nextCursor;
  }
}

const cursorOf = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

/** Every member of the rollout, by uid. */
export async function membersOf(api: ApiClient, id: string): Promise<ReadonlyMap<string, RolloutAgent>> {
  const members = await allOf((cursor) => api.rolloutAgents(id, { limit: 500, ...cursorOf(cursor) }));
  return new Map(members.map((member) => [member.instanceUid, member]));
}

/** Every known agent, by uid. */
export async function agentsOf(api: ApiClient): Promise<ReadonlyMap<string, AgentSummary>> {
  const agents = await allOf((cursor) => api.listAgents({ limit: 500, ...cursorOf(cursor) }));
  return new Map(agents.map((agent) => [agent.instanceUid, agent]));
}
