import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadCommand, LoadGenerator, type LoadResult } from './load-generator.ts';
import { type OpampFigures, remarkOn } from './opamp-figures.ts';
import { usageOf } from './process-usage.ts';
import { say } from './say.ts';
import type { RunningSubject, Subject } from './subject.ts';

/** Write-behind and garbage collection that a phase has caused belong to it: they get this long. */
const SETTLE_MS = 3_000;
const HEARTBEAT_ROUNDS = 20;
const STATUS_ROUNDS = 5;
/** Makes the configuration that is pushed one of 4 kB. */
const PADDING_BYTES = 3_900;
const MAX_RATE_SECONDS = 5;
const FULL_REPORTS_WITHIN_SECONDS = 30;

const addressOf = (url: string): string => new URL(url).host;

/** Runs all phases against one server, which is started and ended here. */
export async function measure(
  subject: Subject,
  loadProgram: string,
  agents: number,
  transport: 'websocket' | 'http',
): Promise<OpampFigures> {
  const figures: Partial<OpampFigures> & { remarks: string[] } = { remarks: [] };
  let server: RunningSubject = await subject.start();
  const ports = { opamp: addressOf(server.opampUrl), http: addressOf(server.httpUrl) };
  const url = transport === 'http' ? server.opampUrl.replace(/^ws/, 'http') : server.opampUrl;
  await using load = await LoadGenerator.start(loadProgram, url, agents);

  async function phase(name: string, command: LoadCommand): Promise<{ result: LoadResult; cpuUs: number }> {
    say(`${subject.name}, ${transport}: ${name}`);
    const before = usageOf(server.pid).cpuUs;
    const result = await load.run(command);
    await sleep(SETTLE_MS);
    figures.remarks.push(...remarkOn(name, result, agents));
    return { result, cpuUs: usageOf(server.pid).cpuUs - before };
  }

  try {
    await sleep(SETTLE_MS);
    const idle = usageOf(server.pid);
    const connect = await phase('connect', { do: 'connect' });
    figures.connectCpuUs = connect.cpuUs / agents;
    figures.connectSeconds = connect.result.seconds;
    await sleep(SETTLE_MS);
    const loaded = usageOf(server.pid);
    figures.baseMiB = idle.rssKiB / 1024;
    figures.loadedMiB = loaded.rssKiB / 1024;
    figures.kibPerAgent = (loaded.rssKiB - idle.rssKiB) / agents;

    const beats = await phase('heartbeats', { do: 'rounds', message: 'heartbeat', rounds: HEARTBEAT_ROUNDS });
    figures.heartbeatCpuUs = beats.cpuUs / beats.result.sent;
    const status = await phase('status changes', { do: 'rounds', message: 'status', rounds: STATUS_ROUNDS });
    figures.statusCpuUs = status.cpuUs / status.result.sent;
    const rate = await phase('heartbeats at full speed', { do: 'loop', seconds: MAX_RATE_SECONDS });
    figures.heartbeatsPerSecond = rate.result.received / rate.result.seconds;
    const quiet = usageOf(server.pid).cpuUs;
    await sleep(SETTLE_MS);
    figures.idleCpuUsPerSecond = ((usageOf(server.pid).cpuUs - quiet) / SETTLE_MS) * 1_000;

    if (transport === 'http') return figures as OpampFigures;
    await measurePush(subject, server, load, agents, figures);
    server = await measureReturn('crash', 'SIGKILL', subject, server, ports, load, agents, figures);
    server = await measureReturn('planned restart', 'SIGTERM', subject, server, ports, load, agents, figures);
    return figures as OpampFigures;
  } finally {
    await server.end('SIGKILL').catch(() => {});
  }
}

async function measurePush(
  subject: Subject,
  server: RunningSubject,
  load: LoadGenerator,
  agents: number,
  figures: Partial<OpampFigures> & { remarks: string[] },
): Promise<void> {
  say(`${subject.name}: configuration pushed to all`);
  const before = usageOf(server.pid).cpuUs;
  const { finished } = load.begin({ do: 'push', timeoutSeconds: 60 });
  const startedMs = Date.now();
  await subject
    .push(
      server,
      `receivers:\n  otlp: {protocols: {grpc: {}}}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [debug]}\n# ${startedMs}\n# ${'x'.repeat(PADDING_BYTES)}\n`,
    )
    .catch((error: Error) => figures.remarks.push(`push: ${error.message}`));
  const result = await finished;
  await sleep(SETTLE_MS);
  figures.remarks.push(...remarkOn('push', result, agents));
  figures.pushCpuUs = (usageOf(server.pid).cpuUs - before) / agents;
  figures.pushLastOfferSeconds = (result.lastOfferedMs - startedMs) / 1_000;
  figures.pushAckedSeconds = (result.lastAckedMs - startedMs) / 1_000;
}

async function measureReturn(
  name: 'crash' | 'planned restart',
  signal: NodeJS.Signals,
  subject: Subject,
  server: RunningSubject,
  ports: { readonly opamp: string; readonly http: string },
  load: LoadGenerator,
  agents: number,
  figures: Partial<OpampFigures> & { remarks: string[] },
): Promise<RunningSubject> {
  say(`${subject.name}: ${name}`);
  const { finished } = load.begin({ do: 'reconnect', timeoutSeconds: 120 });
  const killedMs = Date.now();
  await server.end(signal);
  const endedMs = Date.now();
  const next = await subject.start(ports);
  const readyMs = Date.now();
  const result = await finished;
  figures.remarks.push(...remarkOn(name, result, agents));
  if (name === 'crash') {
    figures.crashReadySeconds = (readyMs - killedMs) / 1_000;
    figures.crashBackSeconds = (result.lastAnsweredMs - readyMs) / 1_000;
    figures.crashSettledSeconds = (Math.max(result.lastSettledMs, result.lastAnsweredMs) - readyMs) / 1_000;
    figures.crashAsked = result.asked;
  } else {
    figures.plannedBackSeconds = (result.lastAnsweredMs - endedMs) / 1_000;
    figures.plannedAsked = result.asked;
  }
  if (name === 'crash') await measureFullReports(load, figures);
  await sleep(SETTLE_MS);
  return next;
}

/** A server may spread its requests for full state: each agent sends a heartbeat a second until one round asks for none. */
async function measureFullReports(load: LoadGenerator, figures: Partial<OpampFigures>): Promise<void> {
  figures.crashAskedLater = 0;
  figures.crashAskedForSeconds = 0;
  for (let second = 1; second <= FULL_REPORTS_WITHIN_SECONDS; second++) {
    await sleep(1_000);
    const { asked } = await load.run({ do: 'rounds', message: 'heartbeat', rounds: 1 });
    if (asked === 0) return;
    figures.crashAskedLater += asked;
    figures.crashAskedForSeconds = second;
  }
}
