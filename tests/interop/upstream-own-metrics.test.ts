import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../e2e/support/drover.ts';
import { eventually, processesWith } from '../e2e/support/process.ts';
import { COLLECTOR, describeWithCollector } from '../e2e/support/requirements.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { type Command, UPSTREAM_SUPERVISOR } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

/** Makes data each second, and says nothing of its own metrics. */
const CONFIG = `receivers:
  hostmetrics: {collection_interval: 1s, scrapers: {load: , memory: }}
exporters:
  debug: {verbosity: basic}
service:
  pipelines:
    metrics: {receivers: [hostmetrics], exporters: [debug]}
`;

describeWithCollector('upstream opampsupervisor 0.149.0 and its own metrics', () => {
  describeWithTools('under our control plane', UPSTREAM_SUPERVISOR.tools, () => {
    let command: Command;
    let plane: ControlPlane;

    beforeAll(async () => {
      command = await UPSTREAM_SUPERVISOR.ready();
      plane = await startControlPlane();
    }, 900_000);
    afterAll(() => plane?.[Symbol.asyncDispose]());

    test('it is told where they go, and they arrive with the token that it was given', async () => {
      await using _supervised = await supervise();
      const uid = await eventually('it is listed, healthy', async () => {
        const { items } = await plane.api.listAgents({ state: ['connected'], health: ['healthy'] });
        return items[0]?.instanceUid;
      });
      await plane.configure(uid, 'edge', CONFIG);
      await plane.agent(uid, 'it is applied', ({ remoteConfig }) => remoteConfig.status === 'applied');
      const flow = await eventually('its own metrics arrive', async () => {
        const found = await plane.api.agentFlow(uid);
        return found.sent !== null && found.sent > 0 && found;
      });
      expect(flow.byOwnToken).toBe(true);
      expect(flow.memoryBytes).toBeGreaterThan(10_000_000);
      // Its Collector shows the header; the token in it is masked.
      const { effectiveConfig } = await plane.agent(uid, 'it says what it runs', (agent) =>
        JSON.stringify(agent.effectiveConfig).includes('/v1/metrics'),
      );
      expect(JSON.stringify(effectiveConfig)).not.toContain('drv_metrics_');
    });

    async function supervise() {
      const folder = await temporaryFolder('upstream-metrics');
      const storage = join(folder.path, 'storage');
      const settings = {
        server: { endpoint: plane.opampUrl },
        // That it reports its own metrics is its default.
        capabilities: {
          accepts_remote_config: true,
          reports_remote_config: true,
          reports_effective_config: true,
          reports_health: true,
        },
        agent: {
          executable: COLLECTOR,
          bootstrap_timeout: '30s',
          // Once a minute is the default of the Collector.
          env: { OTEL_METRIC_EXPORT_INTERVAL: '1000' },
        },
        storage: { directory: storage },
      };
      await writeFile(join(folder.path, 'supervisor.yaml'), JSON.stringify(settings));
      const child: ChildProcess = spawn(
        command.command,
        [...command.args, '--config', join(folder.path, 'supervisor.yaml')],
        { cwd: folder.path, stdio: 'ignore' },
      );
      const killCollector = async () => {
        for (const pid of await processesWith(storage)) process.kill(pid, 'SIGKILL');
      };
      return {
        async [Symbol.asyncDispose]() {
          if (child.exitCode === null && child.signalCode === null) {
            const ended = once(child, 'exit');
            // SIGTERM would leave its Collector behind.
            child.kill('SIGINT');
            await ended;
          }
          await killCollector();
          await folder[Symbol.asyncDispose]();
        },
      };
    }
  });
});
