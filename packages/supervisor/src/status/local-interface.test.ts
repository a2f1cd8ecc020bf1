import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentMetricsRegistry } from '../telemetry/agent-metrics.ts';
import { statusMetrics } from '../telemetry/status-metrics.ts';
import { someAgentStatus, someSupervisorStatus } from '../testing/statuses.ts';
import type { AgentStatus } from './agent-status.ts';
import { askSupervisor } from './ask-supervisor.ts';
import { localInterface } from './local-interface.ts';
import { type LocalListener, listenOnAddress, listenOnSocket } from './local-listener.ts';

let folder: string;
let open: LocalListener[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-local-'));
});
afterEach(async () => {
  for (const listener of open) await listener.close();
  open = [];
  rmSync(folder, { recursive: true });
});

let status = someSupervisorStatus(someAgentStatus());

function interfaceOf(...agents: readonly AgentStatus[]) {
  status = someSupervisorStatus(...agents);
  const registry = agentMetricsRegistry();
  for (const { name } of agents) registry.forAgent(name);
  const families = [...registry.families, ...statusMetrics(() => status)];
  return localInterface({ status: () => status, families });
}

async function listening(...agents: readonly AgentStatus[]) {
  const listener = await listenOnAddress(interfaceOf(...agents), '127.0.0.1:0');
  open.push(listener);
  return `http://127.0.0.1:${listener.port}`;
}

const READY = someAgentStatus({ name: 'edge' });
const BROKEN = someAgentStatus({
  name: 'gateway',
  pid: null,
  state: 'crash_loop',
  isReady: false,
  health: { healthy: false, status: 'crash loop, next start in 9 s', lastError: 'port 4317 is taken' },
});

describe('the paths', () => {
  test('/health says that the supervisor works, whatever its agents do', async () => {
    const answer = await fetch(`${await listening(BROKEN)}/health`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('/ready is 200 when every agent has started or has nothing to run', async () => {
    const idle = someAgentStatus({ name: 'idle', pid: null, state: 'idle' });
    const answer = await fetch(`${await listening(READY, idle)}/ready`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready', waitingFor: [] }]);
  });

  test('/ready is 503 otherwise, and names which agent is not and why', async () => {
    const answer = await fetch(`${await listening(READY, BROKEN)}/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      waitingFor: [{ name: 'gateway', state: 'crash_loop', reason: 'port 4317 is taken' }],
    });
  });

  test('/status tells supervisor, server links and each agent apart', async () => {
    const away = someAgentStatus({
      name: 'away',
      server: {
        url: 'ws://h',
        state: 'disconnected',
        since: '2026-11-29T10:00:00.000Z',
        failedAttempts: 3,
        lastError: 'connect ECONNREFUSED',
        lastConnectedAt: null,
      },
    });
    const answer = await fetch(`${await listening(READY, away)}/status`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({
      supervisor: { version: '1.2.3', pid: process.pid, startedAt: '2026-11-29T09:59:59.000Z' },
      server: { connected: 1, of: 2 },
      isReady: true,
      agents: [{ name: 'edge' }, { name: 'away', server: { lastError: 'connect ECONNREFUSED' } }],
    });
  });

  test('/metrics shows states, links and counters of each agent', async () => {
    const answer = await fetch(`${await listening(READY, BROKEN)}/metrics`);
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    const text = await answer.text();
    for (const line of [
      'drover_supervisor_info{version="1.2.3"} 1',
      'drover_supervisor_agent_state{agent="gateway",state="crash_loop"} 1',
      'drover_supervisor_agent_state{agent="gateway",state="running"} 0',
      'drover_supervisor_agent_up{agent="edge"} 1',
      'drover_supervisor_agent_up{agent="gateway"} 0',
      'drover_supervisor_agent_ready{agent="gateway"} 0',
      'drover_supervisor_agent_restarts_total{agent="gateway"} 0',
      'drover_supervisor_server_connected{agent="edge"} 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
  });

  test('anything else is refused, and what there is is named', async () => {
    const url = await listening(READY);
    const unknown = await fetch(`${url}/restart`);
    expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('/metrics')]);
    expect((await fetch(`${url}/status`, { method: 'POST', body: '{}' })).status).toBe(405);
    expect(await (await fetch(`${url}/ready`, { method: 'HEAD' })).text()).toBe('');
  });
});

describe('the address', () => {
  test('one that is taken is named, with what to do', async () => {
    const { port } = new URL(await listening(READY));
    await expect(listenOnAddress(interfaceOf(READY), `127.0.0.1:${port}`)).rejects.toThrow(
      `healthcheck.endpoint: 127.0.0.1:${port} is taken by another program`,
    );
  });

  test('localhost is 127.0.0.1, as for upstream', async () => {
    const listener = await listenOnAddress(interfaceOf(READY), 'localhost:0');
    open.push(listener);
    expect((await fetch(`http://127.0.0.1:${listener.port}/health`)).status).toBe(200);
  });

  test('a client that sends nothing does not keep it from closing', async () => {
    const listener = await listenOnAddress(interfaceOf(READY), '127.0.0.1:0');
    const silent = connect(listener.port, '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    await listener.close();
    silent.destroy();
  });
});

describe.skipIf(process.platform === 'win32')('the socket', () => {
  const listen = async (storage: string) => {
    const listener = await listenOnSocket(interfaceOf(READY), storage);
    open.push(listener);
    return listener;
  };

  test('answers, is private, and is gone afterwards', async () => {
    const listener = await listen(folder);
    expect(statSync(join(folder, 'supervisor.sock')).mode & 0o777).toBe(0o600);
    const answer = await askSupervisor(folder, '/status');
    expect(answer).toMatchObject({ kind: 'answer', code: 200 });
    expect(JSON.parse(answer.kind === 'answer' ? answer.body : '')).toMatchObject({ agents: status.agents });
    await listener.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(await askSupervisor(folder, '/status')).toMatchObject({ kind: 'no_supervisor' });
  });

  test('replaces what a killed supervisor left there', async () => {
    writeFileSync(join(folder, 'supervisor.sock'), '');
    await listen(folder);
    expect(await askSupervisor(folder, '/health')).toMatchObject({ kind: 'answer', code: 200 });
  });

  test.runIf(process.platform === 'linux')('works in a folder whose path is too long for one', async () => {
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const listener = await listen(deep);
    expect(await askSupervisor(deep, '/health')).toMatchObject({ kind: 'answer', code: 200 });
    await listener.close();
    expect(readdirSync(deep)).toEqual([]);
  });

  test('new files of the process are as private as before', async () => {
    await listen(folder);
    writeFileSync(join(folder, 'x'), '', { mode: 0o644 });
    expect(statSync(join(folder, 'x')).mode & 0o777).toBe(0o644);
  });
});
