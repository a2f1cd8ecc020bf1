import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../e2e/support/process.ts';
import { describeWithCollector } from '../e2e/support/requirements.ts';
import { bench, changeSettings, idleWith, supervisorCommand } from '../e2e/support/supervised.ts';
import { type Command, UPSTREAM_SUPERVISOR } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

describeWithCollector("from upstream's supervisor to ours", () => {
  describeWithTools('with the real one, on its own settings and storage', UPSTREAM_SUPERVISOR.tools, () => {
    let upstream: Command;
    beforeAll(async () => {
      upstream = await UPSTREAM_SUPERVISOR.ready();
    }, 900_000);

    test('the agent keeps its uid and its configuration, and the server has nothing to offer', async () => {
      await using it = await bench({ local: undefined });
      changeSettings(it.folder, {
        capabilities: {
          accepts_remote_config: true,
          reports_remote_config: true,
          reports_effective_config: true,
          reports_health: true,
          reports_own_metrics: false,
        },
        agent: {
          executable: process.env.OTEL_COLLECTOR_BINARY,
          config_apply_timeout: '2s',
          bootstrap_timeout: '30s',
          // Its bootstrap Collector binds 8888 otherwise.
          args: ['--set=service::telemetry::metrics::level=none'],
        },
        storage: { directory: './storage' },
      });
      expect(await supervisorCommand(it.folder, ['validate'])).toMatchObject({ code: 0 });

      const child = spawn(upstream.command, [...upstream.args, '--config', 'supervisor.yaml'], {
        cwd: it.folder,
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      const hash = it.server.offer(idleWith('kept'));
      try {
        await it.server.until(
          'upstream runs it',
          ({ config, effectiveConfig }) =>
            config?.hash === hash && config.status === 'APPLIED' && effectiveConfig.includes('nop/kept'),
        );
      } finally {
        // SIGTERM would leave its Collector behind.
        child.kill('SIGINT');
        await ended;
      }
      await eventually('its Collector is gone', async () => (await it.collectors()).length === 0);
      const [before] = it.server.agents;
      expect(readdirSync(it.storage)).toContain('last_recv_remote_config.dat');
      const statusesBefore = it.server.statuses.length;

      it.start();
      const after = await it.server.until(
        'ours runs it',
        ({ isConnected, health, effectiveConfig }) =>
          isConnected && health?.healthy === true && effectiveConfig.includes('nop/kept'),
      );
      expect(after.uid).toBe(before?.uid);
      expect(it.server.agents).toHaveLength(1);
      expect(after.config).toMatchObject({ status: 'APPLIED', hash });
      // It was never told to apply it: no APPLYING came.
      expect(it.server.statuses.slice(statusesBefore).every((status) => status === `APPLIED ${hash}`)).toBe(
        true,
      );
      await it.collector();
    });
  });
});
