import { join } from 'node:path';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { type RunningServer, startServer } from '../../tests/e2e/support/drover.ts';
import { eventually } from '../../tests/e2e/support/process.ts';
import { EDGE, NAMES } from './content.ts';
import { DRIFTING_AGENTS, startDriftingAgents } from './drifting-agents.ts';
import { fillThousand, type Ids } from './large-fleet.ts';
import { type Ends, simulate, simulateMany } from './simulated.ts';

export type StageName = 'empty' | 'one' | 'thousand' | 'names' | 'waiting' | 'hundred-thousand';

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

const THOUSAND = 1000 - DRIFTING_AGENTS;
const THOUSAND_ARGS = [
  ...['--fail-rate', '3%', '--apply-delay', '200ms'],
  ...['--read-only', '5%', '--health-interval', '10m'],
];

const ASKED_FIRST = { DROVER_AGENTS_ENROLMENT: 'approval' };

export async function openStage(name: StageName, folder: string): Promise<Stage> {
  const dataDir = join(folder, name);
  let server = await startServer({ dataDir, env: name === 'waiting' ? ASKED_FIRST : {} });
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

async function fill(name: StageName, server: RunningServer, ends: Ends): Promise<Ids> {
  switch (name) {
    case 'empty':
      return [];
    case 'one':
      await server.api.putConfig('shared', { body: EDGE });
      await simulate(server, ends, 1, []);
      return [(await server.api.listAgents({ limit: 1 })).items[0]?.instanceUid];
    case 'names':
      return nameAgents(server, ends);
    case 'thousand': {
      const drifting = startDriftingAgents(server.opampUrl);
      ends.push(() => Promise.all(drifting.map((agent) => agent.stop())));
      await simulate(server, ends, THOUSAND, THOUSAND_ARGS, drifting.length);
      return fillThousand(server);
    }
    case 'waiting':
      await simulate(server, ends, 24, ['--credentials', '75%', '--heartbeat', '2s']);
      return approveSome(server);
    case 'hundred-thousand':
      await simulateMany(server, ends);
      return [];
    default:
      return name satisfies never;
  }
}

/** Of 24 agents that asked to be let in, nine are approved and two rejected. */
async function approveSome({ api }: RunningServer): Promise<Ids> {
  const { items } = await api.listAgents({ enrolment: ['pending'], limit: 11 });
  const uids = items.map(({ instanceUid }) => instanceUid);
  for (const uid of uids.slice(0, 9)) await api.approveAgent(uid);
  for (const uid of uids.slice(9)) await api.rejectAgent(uid);
  await eventually(
    'some have a credential of their own',
    async () => (await api.listCredentials({ limit: 10 })).items.length > 2,
  );
  return [(await api.listCredentials({ limit: 1 })).items[0]?.instanceUid];
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
