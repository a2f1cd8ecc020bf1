import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigStatus } from '@drover/api';
import type { AgentReport, InstanceUid } from '../agents/agent.ts';
import { AgentService, type AgentSettings } from '../agents/agent-service.ts';
import { AgentSql } from '../agents/agent-sql.ts';
import type { PartsDecoder } from '../agents/agent-view.ts';
import { ConfigDraftService } from '../configs/config-draft-service.ts';
import { ConfigSecretService } from '../configs/config-secret-service.ts';
import { ConfigSecretSql } from '../configs/config-secret-sql.ts';
import { ConfigService } from '../configs/config-service.ts';
import { ConfigSql } from '../configs/config-sql.ts';
import { breathe } from '../lib/breathe.ts';
import { FakeClock } from '../lib/clock.ts';
import { createIds } from '../lib/ids.ts';
import { silentLog } from '../lib/log.ts';
import { AgentHistorySql } from '../rollouts/agent-history-sql.ts';
import { DriftService } from '../rollouts/drift-service.ts';
import { HistoryService } from '../rollouts/history-service.ts';
import { RolloutService } from '../rollouts/rollout-service.ts';
import { RolloutSql } from '../rollouts/rollout-sql.ts';
import { WouldRunService } from '../rollouts/would-run-service.ts';
import { RevisionSearch } from '../search/revision-search.ts';
import { SearchService } from '../search/search-service.ts';
import type { Db } from '../storage/open-database.ts';

export const ACCEPTS_CONFIG = 0x1807n;
export const REPORTS_ONLY = 0x1n;

/** Reads the description that `connectAgent` makes, and no other part: what the domain keeps of them is bytes. */
const DECODER: PartsDecoder = {
  attributes: (description) => JSON.parse(Buffer.from(description).toString()) as string[],
  view: () => ({
    description: { identifying: {}, nonIdentifying: {} },
    health: null,
    packages: {},
    connectionSettings: {},
    availableComponents: null,
    customCapabilities: [],
    effectiveFiles: null,
  }),
  componentNames: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, string[]>,
  effectiveBodies: (bytes) => new Map([['', Buffer.from(bytes).toString()]]),
};

export interface TestDomain {
  readonly agents: AgentService;
  readonly configs: ConfigService;
  readonly drafts: ConfigDraftService;
  readonly secrets: ConfigSecretService;
  readonly rollouts: RolloutService;
  readonly drift: DriftService;
  readonly search: SearchService;
  readonly history: HistoryService;
  readonly wouldRun: WouldRunService;
  readonly clock: FakeClock;
  stop(): Promise<void>;
}

/** The domain's services over a database, loaded. Without `stop` it is as if the process were killed. */
export async function startDomain(
  db: Db,
  clock = new FakeClock(),
  settings: Partial<AgentSettings> = {},
): Promise<TestDomain> {
  const agents = new AgentService({
    store: new AgentSql(db),
    clock,
    log: silentLog,
    settings: { staleAfterMs: 90_000, forgetAfterMs: 30 * 86_400_000, eventsKept: 200, ...settings },
    decoder: DECODER,
  });
  const configStore = new ConfigSql(db);
  const configs = new ConfigService({ store: configStore, agents, clock });
  const drafts = new ConfigDraftService({ store: configStore, clock });
  const store = new RolloutSql<never>(db, 'config');
  const secrets = new ConfigSecretService({
    store: new ConfigSecretSql(db),
    clock,
    log: silentLog,
    key: Buffer.alloc(32, 7),
    uses: () => rollouts.secretUses(),
  });
  const rollouts: RolloutService = new RolloutService({
    store,
    historyStore: new AgentHistorySql(db, 'config'),
    agents,
    configs,
    secrets,
    clock,
    ids: createIds(clock),
    log: silentLog,
  });
  const drift = new DriftService({
    agents,
    clock,
    log: silentLog,
    layersOf: (uid) => rollouts.desired.layersOf(uid),
  });
  const search = new SearchService({ agents, revisions: new RevisionSearch(configStore) });
  const wouldRun = new WouldRunService({ agents, configs, rollouts });
  await agents.start();
  await secrets.start();
  await rollouts.start();
  drift.start();
  secrets.changes.subscribe((name) => void rollouts.secretChanged(name));
  return {
    agents,
    configs,
    drafts,
    secrets,
    rollouts,
    drift,
    search,
    wouldRun,
    history: new HistoryService({ agents, configs, rollouts }),
    clock,
    async stop() {
      drift.stop();
      await rollouts.stop();
      await agents.stop();
    },
  };
}

export function uidOf(number: number): InstanceUid {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}` as InstanceUid;
}

export interface AgentOptions {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly capabilities?: bigint;
}

/** An agent that connects and says who it is. */
export function connectAgent(
  { agents }: Pick<TestDomain, 'agents'>,
  number: number,
  { attributes = {}, capabilities = ACCEPTS_CONFIG }: AgentOptions = {},
): InstanceUid {
  const uid = uidOf(number);
  const link = { transport: 'websocket', remoteAddress: '10.0.0.1', sequenceNum: 1n, capabilities } as const;
  agents.agentConnected(uid, link);
  const texts = Object.entries({ 'service.name': 'otelcol', ...attributes }).flat();
  const description = Buffer.from(JSON.stringify(texts));
  agents.agentReported(uid, { sequenceNum: 1n, capabilities, parts: { description }, attributes: texts });
  return uid;
}

export function reportStatus(
  { agents }: Pick<TestDomain, 'agents'>,
  uid: InstanceUid,
  status: ConfigStatus,
  hash: string,
  errorMessage = '',
): void {
  const report: AgentReport = {
    sequenceNum: 2n,
    capabilities: agents.record(uid)?.capabilities ?? 0n,
    parts: { remoteConfigStatus: Buffer.from(`${status} ${hash}`) },
    config: { status, hash, errorMessage },
  };
  agents.agentReported(uid, report);
}

/** Answers each new desired state as an agent would that is offered it: `answer` says how, undefined for no answer. */
export function answerOffers(
  domain: TestDomain,
  answer: (uid: InstanceUid, hash: string) => ConfigStatus | undefined = () => 'applied',
): InstanceUid[] {
  const offered: InstanceUid[] = [];
  const { agents, rollouts } = domain;
  rollouts.desired.changes.subscribe((uids) => {
    for (const uid of uids) {
      const desired = rollouts.desired.desiredConfig(uid);
      const agent = agents.record(uid);
      if (desired === undefined || agent === undefined || agent.connection.state === 'disconnected') continue;
      if (agent.config.hash === desired.hash && !rollouts.desired.isRetry(uid)) continue;
      offered.push(uid);
      rollouts.configOffered(uid, desired.hash);
      const status = answer(uid, desired.hash);
      if (status === undefined) continue;
      reportStatus(domain, uid, 'applying', desired.hash);
      reportStatus(domain, uid, status, desired.hash, status === 'failed' ? 'no such receiver' : '');
    }
  });
  return offered;
}

/** So many looks follow each other as fast as the event loop turns; then each waits a little, for a database that is busy. */
const QUICK_ROUNDS = 20_000;
const PATIENCE_MS = 20_000;

/** Waits for what follows from writes to the database; moves the clock a little each time. */
export async function until(domain: Pick<TestDomain, 'clock'>, isSo: () => boolean): Promise<void> {
  const startedMs = performance.now();
  for (let round = 0; round < QUICK_ROUNDS || performance.now() - startedMs < PATIENCE_MS; round += 1) {
    if (isSo()) return;
    await (round < QUICK_ROUNDS ? breathe() : sleep(1));
    if (round % 50 === 49) domain.clock.advance(20);
  }
  throw new Error(`never came true: ${isSo}`);
}
