import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  configMapToMessage,
  decodeMessage,
  EffectiveConfigSchema,
  encodeMessage,
  type InstanceUid,
} from '@drover/opamp';
import { AgentService } from '../agents/agent-service.ts';
import { AgentSql } from '../agents/agent-sql.ts';
import { ConfigSql } from '../configs/config-sql.ts';
import { breathe } from '../lib/breathe.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { effectiveBodies, viewOfParts } from '../opamp/decode-view.ts';
import { SearchableThread } from '../searchable-thread.ts';
import { openDatabase } from '../storage/open-database.ts';
import { RevisionSearch } from './revision-search.ts';
import { SearchService } from './search-service.ts';

// node --conditions=source packages/server/src/search/search.bench.ts [agents] [contents]

const AGENTS = Number(process.argv[2] ?? 100_000);
const CONTENTS = Number(process.argv[3] ?? 50);
const ROUNDS = 20;

function decodeEmpty() {
  const decoded = decodeMessage(EffectiveConfigSchema, new Uint8Array());
  if (decoded.kind !== 'message') throw new Error('an empty message is one');
  return decoded.message;
}

/** As a Collector accounts for it under its supervisor: some 4 KB. */
function effectiveConfig(uid: string, at: number): Uint8Array {
  const content = at % CONTENTS;
  const hosts = Array.from(
    { length: 12 },
    (_, job) =>
      `        - {job_name: job-${job}, static_configs: [{targets: ["10.0.${content}.${job}:9100"]}]}`,
  );
  const processors = Array.from(
    { length: 8 },
    (_, place) =>
      `  transform/${place}:\n    error_mode: ignore\n    metric_statements:\n      - context: datapoint\n        statements: ["set(attributes[\\"site\\"], \\"site-${content}\\")", "delete_key(attributes, \\"host.${place}\\")"]\n`,
  );
  const text = `receivers:
  otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}, http: {endpoint: "0.0.0.0:4318"}}}
  prometheus:
    config:
      scrape_configs:
${hosts.join('\n')}
processors:
  batch: {send_batch_size: 8192, timeout: 200ms}
${processors.join('')}exporters:
  otlp/gateway:
    endpoint: gateway-${content}.example:4317
    headers: {authorization: "Bearer secret-of-${content}"}
    sending_queue: {enabled: true, queue_size: 5000}
extensions:
  opamp: {instance_uid: ${uid}, server: {ws: {endpoint: "ws://127.0.0.1:${20_000 + (at % 40_000)}/v1/opamp"}}}
service:
  extensions: [opamp]
  pipelines:
    metrics: {receivers: [otlp, prometheus], processors: [batch, transform/0], exporters: [otlp/gateway]}
    traces: {receivers: [otlp], processors: [batch], exporters: [otlp/gateway]}
`;
  const file = { body: Buffer.from(text), contentType: 'text/yaml' };
  const message = decodeEmpty();
  message.configMap = configMapToMessage(new Map([['', file]]));
  return encodeMessage(EffectiveConfigSchema, message);
}

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await breathe();
  delay.enable();
  const startedMs = performance.now();
  const result = await run();
  const ms = performance.now() - startedMs;
  await breathe();
  delay.disable();
  const worst = (delay.max / 1e6).toFixed(1);
  const p99 = (delay.percentile(99) / 1e6).toFixed(1);
  console.log(
    `${what.padEnd(64)} ${ms.toFixed(1).padStart(9)} ms   event loop p99 ${p99} ms, max ${worst} ms`,
  );
  return result;
}

const dataDir = await mkdtemp(join(tmpdir(), 'drover-search-bench-'));
const db = await openDatabase({ kind: 'sqlite', dataDir });
const decoder = { attributes: () => [], view: viewOfParts, componentNames: () => ({}), effectiveBodies };
const thread = new SearchableThread();
const readText = thread.read.bind(thread);
const settings = { staleAfterMs: 90_000, forgetAfterMs: 1e12, eventsKept: 200 };
const open = () =>
  new AgentService({
    store: new AgentSql(db),
    clock: systemClock,
    log: silentLog,
    settings,
    decoder,
    readText,
  });
const searchOf = (agents: AgentService) =>
  new SearchService({ agents, revisions: new RevisionSearch(new ConfigSql(db), readText), maxMs: 120_000 });

try {
  const agents = open();
  await agents.start();
  let bytes = 0;
  for (let at = 0; at < AGENTS; at += 1) {
    const uid = randomUUID() as InstanceUid;
    const part = effectiveConfig(uid, at);
    bytes += part.length;
    const link = { transport: 'websocket', remoteAddress: '', sequenceNum: 1n, capabilities: 7n } as const;
    agents.agentConnected(uid, link, { sequenceNum: 1n, capabilities: 7n, parts: { effectiveConfig: part } });
    if (at % 1000 === 999) await agents.flush();
  }
  console.log(`${AGENTS} agents, ${CONTENTS} contents, ${Math.round(bytes / AGENTS)} bytes each`);
  const q = 'exports:gateway-7.example';
  const first = await timed('first search, all reported in this process, nothing read yet', () =>
    searchOf(agents).search({ q, in: 'effective', limit: 50 }),
  );
  console.log(`  ${first.agents?.matched} of ${first.agents?.searched} agents in ${first.total} content(s)`);
  const search = searchOf(agents);
  const each = async (what: string, query: Parameters<SearchService['search']>[0]) =>
    timed(`${what}, ${ROUNDS} times`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await search.search(query);
        await breathe();
      }
    });
  await each('one exporter', { q, in: 'effective', limit: 50 });
  await each('text that all have', { q: '4317', in: 'effective', limit: 50 });
  await each('what none has', { q: 'exporter:kafka', in: 'effective', limit: 50 });
  await timed(`the agents of a search, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round += 1)
      agents.list({ limit: 50, effective: [...(await search.contentsOf(q))] });
  });
  await agents.stop();
  const again = open();
  await timed('start, the fleet from the database', () => again.start());
  const stored = await timed('first search after a start, all from the database', () =>
    searchOf(again).search({ q, in: 'effective', limit: 50 }),
  );
  console.log(
    `  ${stored.agents?.matched} of ${stored.agents?.searched} agents in ${stored.total} content(s)`,
  );
  await again.stop();
} finally {
  await thread.stop();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
}
