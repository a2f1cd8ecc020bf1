import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '@drover/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../e2e/support/drover.ts';
import { eventually } from '../e2e/support/process.ts';
import { COLLECTOR, describeWithCollector } from '../e2e/support/requirements.ts';
import { type ControlPlane, messagesWhileQuiet, startControlPlane } from './support/control-plane.ts';

const UID = '0197fd2a-5b6c-7d8e-9fa0-b1c2d3e4f506';
const QUIET_MS = 3_000;
const POLL_MS = 1_000;

describeWithCollector('an unmodified Collector 0.149.0 with the opamp extension', () => {
  let plane: ControlPlane;
  let folder: { path: string } & AsyncDisposable;
  const running = new Set<ChildProcess>();

  beforeEach(async () => {
    plane = await startControlPlane();
    folder = await temporaryFolder('collector');
  });
  afterEach(async () => {
    for (const collector of running) await end(collector, 'SIGKILL');
    await plane?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test.each(['ws', 'http'] as const)(
    'reports once and then sends heartbeats only, also after a restart of the control plane, over %s',
    async (transport) => {
      await start(transport);
      const before = await healthy();
      expect(before.connection.transport).toBe(transport === 'ws' ? 'websocket' : 'http');
      expect(before.availableComponents).not.toBeNull();
      await expectHeartbeatsOnly(transport);
      await plane.restart();
      const after = await healthy();
      expect(after.effectiveConfig?.files).toEqual(before.effectiveConfig?.files);
      await expectHeartbeatsOnly(transport);
      expect(await plane.counter('drover_opamp_full_state_requests_total')).toBeLessThanOrEqual(1);
    },
  );

  test.each(['ws', 'http'] as const)(
    'that is started again with the same uid is the same agent over %s',
    async (transport) => {
      const first = await start(transport);
      const before = await healthy();
      await end(first, 'SIGTERM');
      if (transport === 'ws') {
        const gone = await plane.agent(
          UID,
          'it said goodbye',
          ({ connection }) => connection.state === 'disconnected',
        );
        expect(gone.health?.healthy).toBe(false);
      }
      await start(transport);
      await plane.agent(
        UID,
        'it runs again',
        ({ connection, health }) =>
          connection.state === 'connected' &&
          health?.healthy === true &&
          health.startedAt !== before.health?.startedAt,
      );
      expect((await plane.api.listAgents()).total).toBe(1);
      expect(await plane.counter('drover_opamp_errors_total', { code: 'duplicate_uid' })).toBe(0);
      await expectHeartbeatsOnly(transport);
    },
  );

  async function start(transport: 'ws' | 'http'): Promise<ChildProcess> {
    const polling = transport === 'http' ? { polling_interval: `${POLL_MS}ms` } : {};
    const endpoint = plane.opampUrl.replace('ws:', `${transport}:`);
    const config = {
      receivers: { nop: null },
      exporters: { nop: null },
      extensions: { opamp: { instance_uid: UID, server: { [transport]: { endpoint, ...polling } } } },
      service: {
        extensions: ['opamp'],
        telemetry: { metrics: { level: 'none' } },
        pipelines: { traces: { receivers: ['nop'], exporters: ['nop'] } },
      },
    };
    const file = join(folder.path, 'collector.yaml');
    await writeFile(file, JSON.stringify(config));
    const collector = spawn(COLLECTOR, ['--config', file], { stdio: 'ignore' });
    running.add(collector);
    return collector;
  }

  async function end(collector: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    running.delete(collector);
    if (collector.exitCode !== null || collector.signalCode !== null) return;
    const ended = once(collector, 'exit');
    collector.kill(signal);
    await ended;
  }

  function healthy(): Promise<Agent> {
    return eventually('the Collector is connected and healthy', async () => {
      const agent = await plane.api.getAgent(UID);
      const isSo =
        agent.connection.state === 'connected' &&
        agent.health?.healthy === true &&
        agent.effectiveConfig !== null;
      return isSo ? agent : undefined;
    });
  }

  /** Its heartbeat over WebSocket is 30 s, and it comes without being announced. */
  async function expectHeartbeatsOnly(transport: 'ws' | 'http'): Promise<void> {
    const { in: received, elapsedMs } = await messagesWhileQuiet(plane, QUIET_MS);
    const heartbeats = transport === 'ws' ? 1 : Math.ceil(elapsedMs / (0.8 * POLL_MS)) + 1;
    expect(received).toBeLessThanOrEqual(heartbeats);
  }
});
