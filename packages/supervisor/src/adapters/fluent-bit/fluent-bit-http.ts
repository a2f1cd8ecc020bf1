import type { ComponentHealth } from '@drover/opamp';
import { isAlive } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../storage/process-record.ts';
import type { ObservedProcess, ReloadResult } from '../agent-adapter.ts';
import { askHttp } from '../observe/ask-http.ts';
import { type ProbeResult, probedHealth } from '../observe/health-poll.ts';

const ASK_LIMIT_MS = 2_000;
const RELOAD_LIMIT_MS = 30_000;
const RELOAD_POLL_MS = 100;

/** What Fluent Bit counts for one output and what of it means lost or delayed records. */
const TROUBLE = ['errors', 'retries_failed', 'dropped_records'] as const;

type Counters = Readonly<Record<string, number>>;

interface Metrics {
  readonly input: Readonly<Record<string, Counters>>;
  readonly output: Readonly<Record<string, Counters>>;
}

/** Asks a Fluent Bit how it is by its HTTP server: its health check, and what each of its inputs and outputs counts. */
export function fluentBitProbe(port: number, { startedAtMs }: ObservedProcess): () => Promise<ProbeResult> {
  let sinceMs: number | undefined;
  let before: Metrics | undefined;
  return async () => {
    const health = await ask(port, '/api/v1/health');
    if (health.kind === 'silent') return health;
    sinceMs ??= (await upSinceMs(port)) ?? startedAtMs;
    const metrics = await metricsOf(port);
    const components = metrics === undefined ? {} : componentsOf(metrics, before);
    before = metrics;
    // A build without the health check answers 404, and answers: its server runs in the engine.
    const healthy = health.status === 200 || health.status === 404;
    const failing = Object.entries(components).filter(([, component]) => !component.healthy);
    return {
      kind: 'answer',
      health: probedHealth({
        healthy,
        // It is about what its outputs reach, which comes and goes.
        status: healthy ? 'StatusOK' : 'StatusRecoverableError',
        lastError: healthy
          ? ''
          : `its health check answers ${health.status} ${health.body.trim().slice(0, 100)}: too many chunks were not delivered${failing.length === 0 ? '' : ` by ${failing.map(([name]) => name).join(', ')}`}`,
        startedAtMs: sinceMs,
        components,
      }),
    };
  };
}

/** Makes a running Fluent Bit take its files up again, and waits until its counter says that it has. */
export async function hotReload(port: number, process: ProcessIdentity): Promise<ReloadResult> {
  const before = await reloadCount(port);
  if (before === undefined) return { kind: 'failed', message: 'its HTTP server does not know hot reload' };
  const deadlineMs = performance.now() + RELOAD_LIMIT_MS;
  const asked = await ask(port, '/api/v2/reload', 'POST');
  if (asked.kind === 'silent') return { kind: 'failed', message: asked.message };
  if (asked.status !== 200 || !/"status":\s*0\b/.test(asked.body))
    return {
      kind: 'failed',
      message: `it refuses to reload: ${asked.status} ${asked.body.trim().slice(0, 200)}`,
    };
  while (performance.now() < deadlineMs) {
    // Its HTTP server is gone for a moment while it reloads.
    const now = await reloadCount(port);
    if (now !== undefined && now > before) return { kind: 'reloaded' };
    if (!isAlive(process)) return { kind: 'failed', message: 'it ended while it reloaded' };
    await new Promise((resolve) => setTimeout(resolve, RELOAD_POLL_MS));
  }
  return {
    kind: 'failed',
    message: `it did not take the configuration up within ${RELOAD_LIMIT_MS / 1_000} s: its reload counter stays at ${before}`,
  };
}

function ask(port: number, path: string, method: 'GET' | 'POST' = 'GET') {
  const body = method === 'POST' ? { body: '{}' } : {};
  return askHttp({ url: `http://127.0.0.1:${port}${path}`, method, limitMs: ASK_LIMIT_MS, ...body });
}

async function reloadCount(port: number): Promise<number | undefined> {
  const answer = await ask(port, '/api/v2/reload');
  const count = answer.kind === 'answer' && answer.status === 200 ? jsonOf(answer.body) : undefined;
  const value = (count as { hot_reload_count?: unknown } | undefined)?.hot_reload_count;
  return typeof value === 'number' ? value : undefined;
}

async function upSinceMs(port: number): Promise<number | undefined> {
  const answer = await ask(port, '/api/v1/uptime');
  const uptime = answer.kind === 'answer' ? jsonOf(answer.body) : undefined;
  const seconds = (uptime as { uptime_sec?: unknown } | undefined)?.uptime_sec;
  return typeof seconds === 'number' ? Date.now() - seconds * 1_000 : undefined;
}

/** By the first interface, else by the second, which every version from 2.0 on has. */
async function metricsOf(port: number): Promise<Metrics | undefined> {
  const first = await ask(port, '/api/v1/metrics');
  if (first.kind === 'silent') return undefined;
  const data = first.status === 200 ? jsonOf(first.body) : undefined;
  if (data !== undefined) return { input: {}, output: {}, ...(data as Partial<Metrics>) };
  const second = await ask(port, '/api/v2/metrics/prometheus');
  return second.kind === 'answer' && second.status === 200 ? fromExposition(second.body) : undefined;
}

/** The counters of inputs and outputs out of Prometheus' text format. */
export function fromExposition(text: string): Metrics {
  const found = {
    input: new Map<string, Map<string, number>>(),
    output: new Map<string, Map<string, number>>(),
  };
  for (const line of text.split('\n')) {
    const [, kind, counter = '', name = '', value] =
      /^fluentbit_(input|output)_(\w+?)_total\{[^}]*\bname="([^"]*)"[^}]*\}\s+([\d.e+]+)/.exec(line) ?? [];
    if (kind !== 'input' && kind !== 'output') continue;
    const counters = found[kind].get(name) ?? new Map<string, number>();
    found[kind].set(name, counters.set(counter, Number(value)));
  }
  const plain = (groups: ReadonlyMap<string, ReadonlyMap<string, number>>) =>
    Object.fromEntries([...groups].map(([name, counters]) => [name, Object.fromEntries(counters)]));
  return { input: plain(found.input), output: plain(found.output) };
}

function componentsOf(now: Metrics, before: Metrics | undefined): Readonly<Record<string, ComponentHealth>> {
  const inputs = Object.keys(now.input).map((name) => [`input:${name}`, wellBeing(undefined)] as const);
  const outputs = Object.entries(now.output).map(([name, counters]) => {
    const last = before?.output[name];
    const grown = TROUBLE.find(
      (counter) => last !== undefined && (counters[counter] ?? 0) > (last[counter] ?? 0),
    );
    return [`output:${name}`, wellBeing(grown)] as const;
  });
  return Object.fromEntries([...inputs, ...outputs]);
}

/** No numbers in it: a report that changes with every record would be sent with every record. */
function wellBeing(trouble: (typeof TROUBLE)[number] | undefined): ComponentHealth {
  switch (trouble) {
    case undefined:
      return probedHealth({ healthy: true, status: 'StatusOK' });
    case 'errors':
      return unwell('chunks fail to be delivered');
    case 'retries_failed':
    case 'dropped_records':
      return unwell('records are lost: they could not be delivered');
  }
}

function unwell(lastError: string): ComponentHealth {
  return probedHealth({ healthy: false, status: 'StatusRecoverableError', lastError });
}

function jsonOf(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    return undefined;
  }
}
