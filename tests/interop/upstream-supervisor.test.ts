import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent, AgentSummary } from '@drover/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../e2e/support/drover.ts';
import { eventually, processesWith } from '../e2e/support/process.ts';
import { COLLECTOR, describeWithCollector } from '../e2e/support/requirements.ts';
import { type ControlPlane, messagesWhileQuiet, startControlPlane } from './support/control-plane.ts';
import { type Command, UPSTREAM_SUPERVISOR } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

const REMOTE = `receivers: {nop/remote: }
exporters: {nop: }
service: {pipelines: {logs: {receivers: [nop/remote], exporters: [nop]}}}
`;
const BROKEN = REMOTE.replace('exporters: [nop]', 'exporters: [missing]');
/** The supervisor reports APPLIED when this is over, not when its Collector is healthy. */
const APPLY_TIMEOUT_S = 2;
const QUIET_MS = 3_000;

interface Supervised extends AsyncDisposable {
  readonly uid: string;
  /** Ends the Collector hard, which is reported at once: over HTTP the next poll is up to 30 s away otherwise. */
  killCollector(): Promise<void>;
  shown(what: string, isSo: (agent: Agent) => boolean): Promise<Agent>;
  interrupt(): Promise<void>;
}

describeWithCollector('upstream opampsupervisor 0.149.0 with a real Collector', () => {
  describeWithTools('under our control plane', UPSTREAM_SUPERVISOR.tools, () => {
    let command: Command;
    let plane: ControlPlane;

    beforeAll(async () => {
      command = await UPSTREAM_SUPERVISOR.ready();
      plane = await startControlPlane();
    }, 900_000);
    afterAll(() => plane?.[Symbol.asyncDispose]());

    test.each(['ws', 'http'] as const)(
      'is listed with its Collector, healthy, with what that runs, over %s',
      async (transport) => {
        await using supervised = await start(transport);
        const agent = await supervised.shown(
          'the Collector is healthy and its configuration known',
          ({ health, effectiveConfig }) =>
            health?.healthy === true &&
            Object.values(effectiveConfig?.files ?? {}).some(({ body }) => body.includes('opamp')),
        );
        expect(agent.description.identifying).toMatchObject({
          'service.version': '0.149.0',
          'service.instance.id': supervised.uid,
        });
        expect(agent.connection).toMatchObject({
          state: 'connected',
          transport: transport === 'ws' ? 'websocket' : 'http',
        });
        expect(agent.capabilities).toEqual(
          expect.arrayContaining([
            'AcceptsRemoteConfig',
            'ReportsRemoteConfig',
            'ReportsHeartbeat',
            'AcceptsRestartCommand',
          ]),
        );
        await expectQuiet();
      },
    );

    test.each(['ws', 'http'] as const)(
      'applies a configuration that it is offered over %s',
      async (transport) => {
        await using supervised = await start(transport);
        const offersBefore = await plane.counter('drover_offers_total', { kind: 'remote_config' });
        await plane.configure(supervised.uid, 'remote', REMOTE);
        if (transport === 'http') await supervised.killCollector();
        const applied = await supervised.shown(
          'it is applied and in effect',
          ({ remoteConfig, effectiveConfig }) =>
            remoteConfig.status === 'applied' && JSON.stringify(effectiveConfig).includes('nop/remote'),
        );
        expect(applied.remoteConfig).toMatchObject({
          inSync: true,
          hash: applied.remoteConfig.desired?.hash,
        });
        await supervised.shown('its Collector is healthy on it', ({ health }) => health?.healthy === true);
        await expectQuiet();
        expect((await plane.counter('drover_offers_total', { kind: 'remote_config' })) - offersBefore).toBe(
          1,
        );
      },
    );

    test('says FAILED of a broken configuration and is not offered it again', async () => {
      await using supervised = await start('ws');
      const offersBefore = await plane.counter('drover_offers_total', { kind: 'remote_config' });
      await plane.configure(supervised.uid, 'remote', BROKEN);
      const failed = await supervised.shown(
        'it failed',
        ({ remoteConfig }) => remoteConfig.status === 'failed',
      );
      expect(failed.remoteConfig.errorMessage).not.toBe('');
      expect(failed.health?.healthy).toBe(false);
      // Its Collector is started again every five seconds, which it reports: no more than that.
      const { in: received } = await messagesWhileQuiet(plane, QUIET_MS);
      expect(received).toBeLessThan(30);
      expect((await plane.counter('drover_offers_total', { kind: 'remote_config' })) - offersBefore).toBe(1);
    });

    test('comes back after a restart of the control plane without an offer, and restarts its Collector when told to', async () => {
      await using supervised = await start('ws');
      await plane.configure(supervised.uid, 'remote', REMOTE);
      await supervised.shown('it is applied', ({ remoteConfig }) => remoteConfig.status === 'applied');
      await plane.restart();
      const before = await supervised.shown(
        'it is back and healthy',
        ({ connection, health }) => connection.state === 'connected' && health?.healthy === true,
      );
      await expectQuiet();
      expect(await plane.counter('drover_offers_total')).toBe(0);
      expect(before.remoteConfig.status).toBe('applied');
      await plane.api.commandAgent(supervised.uid, { type: 'restart' });
      await supervised.shown(
        'another Collector is healthy',
        ({ health }) => health?.healthy === true && health.startedAt !== before.health?.startedAt,
      );
      await expectQuiet();
      expect(await plane.counter('drover_offers_total', { kind: 'restart' })).toBe(1);
    });

    test('says goodbye when it is interrupted', async () => {
      await using supervised = await start('ws');
      await supervised.interrupt();
      await supervised.shown('it is gone', ({ connection }) => connection.state === 'disconnected');
      const { items } = await plane.api.agentEvents(supervised.uid);
      expect(JSON.stringify(items[0])).toContain('agent_disconnect');
    });

    /** A supervisor whose Collector was healthy once. */
    async function start(transport: 'ws' | 'http'): Promise<Supervised> {
      const folder = await temporaryFolder('upstream');
      const settings = {
        server: { endpoint: plane.opampUrl.replace('ws:', `${transport}:`) },
        capabilities: {
          accepts_remote_config: true,
          accepts_restart_command: true,
          reports_remote_config: true,
          reports_effective_config: true,
          reports_health: true,
          reports_own_metrics: false,
          reports_heartbeat: true,
        },
        agent: {
          executable: COLLECTOR,
          config_apply_timeout: `${APPLY_TIMEOUT_S}s`,
          // On a busy machine its default of three seconds is not enough for a Collector to start.
          bootstrap_timeout: '30s',
          // Its bootstrap Collector binds 8888 otherwise.
          args: ['--set=service::telemetry::metrics::level=none'],
        },
        storage: { directory: join(folder.path, 'storage') },
      };
      await writeFile(join(folder.path, 'supervisor.yaml'), JSON.stringify(settings));
      let output = '';
      const child: ChildProcess = spawn(
        command.command,
        [...command.args, '--config', join(folder.path, 'supervisor.yaml')],
        { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => {
          output = (output + text).slice(-4_000);
        });
      const interrupt = async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        // SIGTERM would leave its Collector behind.
        child.kill('SIGINT');
        await ended;
      };
      const killCollector = async () => {
        for (const pid of await processesWith(settings.storage.directory)) process.kill(pid, 'SIGKILL');
      };
      const end = async () => {
        await interrupt();
        await killCollector();
        await folder[Symbol.asyncDispose]();
      };
      try {
        const { instanceUid: uid } = await eventually('the supervisor is listed, healthy', async () => {
          const { items } = await plane.api.listAgents({ state: ['connected'], health: ['healthy'] });
          return items[0] satisfies AgentSummary | undefined;
        });
        return {
          uid,
          shown: (what, isSo) => plane.agent(uid, what, isSo),
          interrupt,
          killCollector,
          async [Symbol.asyncDispose]() {
            await end();
            await plane.api.forgetAgent(uid);
          },
        };
      } catch (error) {
        await end();
        throw new Error(`${String(error)}; the supervisor's last words: ${output}`, { cause: error });
      }
    }

    /** Heartbeats every 30 s over both transports, and a report that was on its way. */
    async function expectQuiet(): Promise<void> {
      const { in: received, out } = await messagesWhileQuiet(plane, QUIET_MS);
      expect(received).toBeLessThanOrEqual(2);
      expect(out).toBeLessThanOrEqual(2);
    }
  });
});
