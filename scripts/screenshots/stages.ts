import { join } from 'node:path';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { startSimulator } from '../../tests/e2e/support/console-page.ts';
import { type RunningServer, startServer } from '../../tests/e2e/support/drover.ts';
import { eventually } from '../../tests/e2e/support/process.ts';
import { NAMES } from './content.ts';
import { fillThousand, type Ids } from './large-fleet.ts';

export type StageName = 'empty' | 'one' | 'thousand' | 'names';

/** A control plane with agents and what its pages are about. */
export interface Stage extends AsyncDisposable {
  readonly server: RunningServer;
  /** Another control plane in the place of one that has ended. */
  restart(): Promise<void>;
  /** An agent that is well, or the one with the most difficult name. */
  readonly agent: string;
  /** One that refused its configuration. */
  readonly failed: string;
  /** A rollout that waits for approval, and one that is over. */
  readonly running: string;
  readonly ended: string;
}

const THOUSAND = 1000;
const THOUSAND_ARGS = [
  ...['--fail-rate', '3%', '--apply-delay', '200ms'],
  ...['--read-only', '5%', '--health-interval', '60s'],
];

export async function openStage(name: StageName, folder: string): Promise<Stage> {
  const dataDir = join(folder, name);
  let server = await startServer({ dataDir });
  const ends: Ends = [async () => server[Symbol.asyncDispose]()];
  const [agent, failed, running, ended] = await fill(name, server, ends);
  return {
    get server() {
      return server;
    },
    async restart() {
      const [opampListen, httpListen] = [new URL(server.opampUrl).host, new URL(server.httpUrl).host];
      server = await startServer({ dataDir, opampListen, httpListen });
    },
    agent: agent ?? '',
    failed: failed ?? '',
    running: running ?? '',
    ended: ended ?? '',
    async [Symbol.asyncDispose]() {
      for (const end of ends.toReversed()) await end();
    },
  };
}

type Ends = (() => Promise<unknown>)[];

async function fill(name: StageName, server: RunningServer, ends: Ends): Promise<Ids> {
  switch (name) {
    case 'empty':
      return [];
    case 'one':
      return simulate(server, ends, 1, []);
    case 'names':
      return nameAgents(server, ends);
    case 'thousand':
      await simulate(server, ends, THOUSAND, THOUSAND_ARGS);
      return fillThousand(server);
    default:
      return name satisfies never;
  }
}

async function simulate(
  server: RunningServer,
  ends: Ends,
  agents: number,
  args: readonly string[],
): Promise<Ids> {
  const fleet = startSimulator(server.opampUrl, agents, [...args, '--ramp', '5s']);
  ends.push(() => fleet.end('SIGTERM'));
  await eventually(
    `${agents} agents are connected`,
    async () => (await server.api.stats()).state.connected === agents,
    300_000,
  );
  return [(await server.api.listAgents({ limit: 1 })).items[0]?.instanceUid];
}

/** Agents of our own client, each with a name that a page may stumble over. */
async function nameAgents(server: RunningServer, ends: Ends): Promise<Ids> {
  const agents = NAMES.map(({ name, host, labels }): OpampClient => {
    const agent = createOpampClient({
      url: server.opampUrl,
      stateStore: memoryStateStore(),
      description: {
        identifying: { 'service.name': name, 'service.version': '0.149.0', ...labels },
        nonIdentifying: { 'host.name': host, 'os.type': 'linux' },
      },
      capabilities: ['ReportsStatus', 'ReportsHeartbeat', 'AcceptsRemoteConfig'],
    });
    agent.start();
    ends.push(() => agent.stop());
    return agent;
  });
  await eventually('all are there', async () => (await server.api.stats()).total === NAMES.length);
  for (const [at, { labels }] of NAMES.entries()) {
    await server.api.patchAgent(agents[at]?.instanceUid ?? '', { labels });
  }
  return [agents[0]?.instanceUid];
}
