import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, RolloutStrategy } from '@drover/api';
import { adminOf } from './api-client.ts';
import { makeKnown } from './known-agents.ts';
import { LoadGenerator } from './load-generator.ts';
import { percentile } from './percentile.ts';
import { usageOf } from './process-usage.ts';
import type { RolloutFigures } from './rollouts-figures.ts';
import { say } from './say.ts';
import type { RunningSubject } from './subject.ts';
import { WaitingProbe } from './waiting-probe.ts';

export interface RolloutMeasureOptions {
  readonly known: number;
  /** As many of the known ones at most have a link meanwhile. */
  readonly maxConnected: number;
  readonly rollouts: number;
}

/** The same number in fleets of every size, so that only the size differs. */
const SENDERS = 1_000;
const STATUS_ROUNDS = 10;
const REQUESTS = 20;
const SETTLE_MS = 3_000;
const PADDING_BYTES = 3_900;

const bodyOf = (mark: string): string =>
  `receivers:\n  otlp: {protocols: {grpc: {}}}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [debug]}\n# ${mark}\n# ${'x'.repeat(PADDING_BYTES)}\n`;

const WAVES: RolloutStrategy = { kind: 'waves', waves: [{ percent: 1 }, { percent: 10 }, { percent: 40 }] };

async function timesOf(
  server: RunningSubject,
  ask: () => Promise<unknown>,
): Promise<{ readonly p95: number; readonly cpuMs: number }> {
  const times: number[] = [];
  await ask();
  const before = usageOf(server.pid).cpuUs;
  for (let index = 0; index < REQUESTS; index += 1) {
    const startedAt = performance.now();
    await ask();
    times.push(performance.now() - startedAt);
  }
  return { p95: percentile(times, 0.95), cpuMs: (usageOf(server.pid).cpuUs - before) / REQUESTS / 1_000 };
}

interface Push {
  readonly create: number;
  readonly lastOffer: number;
  readonly lastAck: number;
  readonly messages: readonly number[];
  readonly requests: readonly number[];
}

async function push(
  server: RunningSubject,
  api: ApiClient,
  token: string,
  load: LoadGenerator,
  mark: string,
): Promise<Push> {
  await api.putConfig('bench', { body: bodyOf(mark) });
  const probe = new WaitingProbe(server, token);
  await sleep(200);
  const { finished } = load.begin({ do: 'push', timeoutSeconds: 60 });
  const startedMs = Date.now();
  await api.createRollout({ target: { kind: 'config', name: 'bench' }, selector: '' });
  const create = Date.now() - startedMs;
  const result = await finished;
  const waits = await probe.end();
  if (result.timedOut) throw new Error(`the rollout came to ${result.offered} agents only`);
  await sleep(SETTLE_MS);
  return {
    create,
    lastOffer: result.lastOfferedMs - startedMs,
    lastAck: result.lastAckedMs - startedMs,
    ...waits,
  };
}

const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Of a server that knows nobody yet. */
export async function measureRollouts(
  server: RunningSubject,
  dataDir: string,
  loadProgram: string,
  { known, maxConnected, rollouts }: RolloutMeasureOptions,
): Promise<RolloutFigures> {
  const connected = Math.min(known, maxConnected);
  await makeKnown(server, loadProgram, { agents: known - connected, first: connected, core: 'any' });
  const { api, token } = adminOf(server, dataDir);
  const statusCpuUs = await statusCost(server, loadProgram);
  await using load = await LoadGenerator.start(loadProgram, server.opampUrl, connected, { core: 'any' });
  await load.run({ do: 'connect', timeoutSeconds: 300 });
  await sleep(SETTLE_MS);
  say(`${known} agents known, ${connected} of them connected`);

  const pushes: Push[] = [];
  for (let index = 0; index < rollouts; index += 1) {
    pushes.push(await push(server, api, token, load, `${known} ${index}`));
    say(`rollout ${index + 1} of ${rollouts}: ${pushes.at(-1)?.lastOffer} ms to the last offer`);
  }
  const target = { kind: 'config', name: 'bench' } as const;
  await api.putConfig('bench', { body: bodyOf('preview') });
  const preview = await timesOf(server, () => api.previewRollout({ target, selector: '', strategy: WAVES }));
  const drifted = (await api.listAgents({ drift: ['drifted'], limit: 1 })).total;
  const list = await timesOf(server, () => api.listAgents({ drift: ['drifted'], limit: 50 }));
  return {
    known,
    connected,
    create: median(pushes.map((one) => one.create)),
    lastOffer: median(pushes.map((one) => one.lastOffer)),
    lastAck: median(pushes.map((one) => one.lastAck)),
    messageP95: percentile(
      pushes.flatMap(({ messages }) => messages),
      0.95,
    ),
    requestP95: percentile(
      pushes.flatMap(({ requests }) => requests),
      0.95,
    ),
    messageMax: median(pushes.map(({ messages }) => Math.max(...messages))),
    requestMax: median(pushes.map(({ requests }) => Math.max(...requests))),
    preview: preview.p95,
    previewCpu: preview.cpuMs,
    drifted,
    driftList: list.p95,
    driftListCpu: list.cpuMs,
    statusCpuUs,
    mib: usageOf(server.pid).rssKiB / 1024,
  };
}

/** Of a status change of 4 KB, what follows from it in the database included. */
async function statusCost(server: RunningSubject, loadProgram: string): Promise<number> {
  await using load = await LoadGenerator.start(loadProgram, server.opampUrl, SENDERS, { core: 'any' });
  await load.run({ do: 'connect' });
  await load.run({ do: 'rounds', message: 'status', rounds: 2 });
  await sleep(SETTLE_MS);
  const before = usageOf(server.pid).cpuUs;
  const { sent } = await load.run({ do: 'rounds', message: 'status', rounds: STATUS_ROUNDS });
  await sleep(SETTLE_MS);
  return (usageOf(server.pid).cpuUs - before) / sent;
}
