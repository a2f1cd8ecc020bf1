import { randomUUID } from 'node:crypto';
import type { AgentFilter } from '@drover/api';
import { type AgentRecord, type InstanceUid, NO_CONFIG } from './agent.ts';
import { AgentFleet } from './agent-fleet.ts';
import { pageOfAgents } from './agent-list.ts';
import { statsOf } from './agent-stats.ts';
import { agentSummaryOf } from './agent-view.ts';
import { APPROVED, NO_ACCESS } from './enrolment.ts';

// node --expose-gc --conditions=source packages/server/src/agents/agent-list.bench.ts [agents]

const AGENTS = Number(process.argv[2] ?? 100_000);
const ROUNDS = 40;

function agentAt(at: number): AgentRecord {
  const host = `ip-10-${at >> 16}-${(at >> 8) & 255}-${at & 255}.eu-west-1.compute.internal`;
  const isSick = at % 37 === 0;
  return {
    uid: randomUUID() as InstanceUid,
    displayNameOverride: null,
    labels: { env: at % 3 === 0 ? 'prod' : 'test', region: `region-${at % 20}`, team: `team-${at % 200}` },
    attributes: [
      ...['service.name', at % 5 === 0 ? 'fluent-bit' : 'otelcol-contrib'],
      ...['service.version', `0.${140 + (at % 12)}.0`],
      ...['service.instance.id', randomUUID()],
      ...['host.name', host],
      ...['host.arch', at % 2 === 0 ? 'amd64' : 'arm64'],
      ...['os.type', at % 11 === 0 ? 'windows' : 'linux'],
      ...['os.description', 'Debian GNU/Linux 12 (bookworm)'],
      ...['cloud.provider', 'aws'],
      ...['cloud.region', 'eu-west-1'],
      ...['cloud.availability_zone', `eu-west-1${'abc'.charAt(at % 3)}`],
      ...['k8s.cluster.name', `cluster-${at % 50}`],
      ...['process.pid', String(1000 + (at % 30_000))],
    ],
    capabilities: 0x7c07n,
    health: isSick
      ? { state: 'unhealthy', status: 'StatusPermanentError', lastError: `cannot reach backend ${at % 9}` }
      : { state: 'healthy', status: 'StatusOK', lastError: '' },
    config: NO_CONFIG,
    desired: null,
    certificate: null,
    enrolment: APPROVED,
    access: NO_ACCESS,
    ownCredential: 'none',
    connection: {
      state: at % 50 === 0 ? 'disconnected' : 'connected',
      transport: 'websocket',
      remoteAddress: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
      sinceMs: 1_790_000_000_000 + at,
    },
    firstSeenAtMs: 1_780_000_000_000,
    effectiveConfigAtMs: null,
    drift: null,
    effectiveContent: null,
  };
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function measure(name: string, run: () => unknown): void {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedMs = performance.now();
    run();
    times.push(performance.now() - startedMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1).padStart(7);
  console.log(`${name.padEnd(46)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`);
}

const before = heapMiB();
const fleet = new AgentFleet();
const startedMs = performance.now();
for (let at = 0; at < AGENTS; at += 1) {
  const seen = {
    lastMessageAtMs: 1_790_000_000_000 + at,
    sequenceNum: BigInt(at),
    parts: {},
    hasStoredParts: false,
  };
  fleet.add(agentAt(at), seen);
}
const builtMs = performance.now() - startedMs;
console.log(
  `${AGENTS} agents indexed in ${Math.round(builtMs)} ms, ${(((heapMiB() - before) * 1024) / AGENTS).toFixed(2)} KiB of heap each`,
);

const page = (filter: AgentFilter, sort: string, cursor?: string) => {
  const found = pageOfAgents(fleet, filter, { limit: 50, sort, ...(cursor === undefined ? {} : { cursor }) });
  return { ...found, text: JSON.stringify(found.items.map((entry) => agentSummaryOf(entry))) };
};
const deep = page({}, 'name').nextCursor ?? '';
measure('first page by name', () => page({}, 'name'));
measure('next page by name', () => page({}, 'name', deep));
measure('first page by last message', () => page({}, '-lastMessageAt'));
measure('unhealthy by host', () => page({ health: ['unhealthy'] }, 'host'));
measure('selector of three terms', () =>
  page({ selector: 'env=prod,region in (region-1,region-2),!canary' }, 'name'),
);
measure('selector os.type!=windows', () => page({ selector: 'os.type!=windows' }, 'name'));
measure('words "fluent 10-0-7"', () => page({ q: 'fluent 10-0-7' }, 'name'));
let word = 0;
measure('words that were not asked for before', () => {
  word += 1;
  return page({ q: `fluent 10-0-${word}` }, 'name');
});
measure('one word that was not asked for before', () => {
  word += 1;
  return page({ q: `ip-10-0-${word}` }, 'name');
});
measure('500 rows by name', () =>
  pageOfAgents(fleet, {}, { limit: 500, sort: 'name' }).items.map((entry) => agentSummaryOf(entry)),
);
measure('stats of all', () => statsOf(fleet, {}, 0));
measure('stats of env=prod', () => statsOf(fleet, { selector: 'env=prod' }, 0));
