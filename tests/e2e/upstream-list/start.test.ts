import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFleetServer } from '../support/fleet-server.ts';
import { otlpLoad, pipelineOf } from '../support/otlp-load.ts';
import { freePort } from '../support/ports.ts';
import { eventually } from '../support/process.ts';
import { describeWithCollector } from '../support/requirements.ts';
import { bench, IDLE, idleWith } from '../support/supervised.ts';
import { MODES } from './modes.ts';

describeWithCollector('what a supervisor starts its Collector with', () => {
  test.each(MODES)('a remote configuration: it runs, and data flow (%s)', async (_mode, agent) => {
    await using load = await otlpLoad();
    await using it = await bench({ agent, local: undefined });
    it.start();
    it.server.offer(pipelineOf(load, 'remote'));
    await it.server.until(
      'it runs',
      ({ config, effectiveConfig }) =>
        config?.status === 'APPLIED' && effectiveConfig.includes('attributes/remote'),
    );
    load.start();
    await eventually('data flow', () => load.delivered > 20);
    await load.finish();
  });

  test.each(MODES)('a local configuration alone: it runs, and data flow (%s)', async (_mode, agent) => {
    await using load = await otlpLoad();
    await using it = await bench({
      agent: { ...agent, config_files: ['local.yaml'] },
      capabilities: { accepts_remote_config: false },
      local: undefined,
    });
    await writeFile(join(it.folder, 'local.yaml'), pipelineOf(load, 'local'));
    it.start();
    it.server.offer(idleWith('not-for-it'));
    await it.server.until(
      'it runs, and reports that by its extension',
      ({ health, effectiveConfig }) =>
        health?.healthy === true && effectiveConfig.includes('attributes/local'),
    );
    load.start();
    await eventually('data flow', () => load.delivered > 20);
    await load.finish();
    expect(it.server.statuses).toEqual([]);
  });

  test.each(MODES)('a configuration without pipelines: it runs and connects (%s)', async (_mode, agent) => {
    await using it = await bench({ agent, local: undefined });
    it.start();
    it.server.offer(
      'receivers: {nop: }\nexporters: {nop/unused: }\nservice: {telemetry: {metrics: {level: none}}}\n',
    );
    await it.server.until(
      'it runs',
      ({ config, health, effectiveConfig }) =>
        config?.status === 'APPLIED' && health?.healthy === true && effectiveConfig.includes('nop/unused'),
    );
    await it.collector();
  });

  test.each(MODES)(
    'no server and nothing stored: the local configuration runs, and the link is made when the server comes (%s)',
    async (_mode, agent) => {
      await using load = await otlpLoad();
      const port = await freePort();
      const nobody = await startFleetServer();
      await using it = await bench({
        agent,
        settings: { server: { endpoint: `ws://127.0.0.1:${port}/v1/opamp` } },
        server: nobody,
        local: pipelineOf(load, 'local'),
      });
      await using _closed = nobody;
      it.start();
      load.start();
      await eventually('data flow', () => load.delivered > 20);
      const pid = await it.collector();
      await using server = await startFleetServer({ port });
      await server.until(
        'linked, and healthy by its own report',
        ({ health, effectiveConfig }) =>
          health?.healthy === true && effectiveConfig.includes('attributes/local'),
      );
      expect(await it.collector()).toBe(pid);
      await load.finish();
      expect(nobody.agents).toEqual([]);
    },
  );

  test.each(MODES)(
    'no server and a stored remote configuration: that one runs, not the local one (%s)',
    async (_mode, agent) => {
      await using load = await otlpLoad();
      await using it = await bench({ agent, local: idleWith('local') });
      const first = it.start();
      it.server.offer(pipelineOf(load, 'stored'));
      await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
      await first.end('SIGTERM');
      expect(await it.collectors()).toEqual([]);
      await it.server.goAway();
      const second = it.start();
      await second.until('started', ({ stderr }) => stderr.includes('agent is healthy') || undefined);
      load.start();
      await eventually('data flow', () => load.delivered > 20);
      await load.finish();
    },
  );

  test('a stored remote configuration, local files, arguments and environment all take effect together', async () => {
    await using it = await bench({
      agent: {
        config_files: ['base.yaml', '$REMOTE_CONFIG'],
        args: ['--set=service.telemetry.logs.level=warn'],
        env: { FROM_ENVIRONMENT: 'from-environment' },
      },
      local: undefined,
    });
    await writeFile(
      join(it.folder, 'base.yaml'),
      IDLE.replace('{level: none}}', '{level: none}, resource: {base: "${env:FROM_ENVIRONMENT}"}}'),
    );
    const first = it.start();
    it.server.offer('exporters: {nop/remote: }\nservice: {pipelines: {traces: {exporters: [nop/remote]}}}\n');
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await first.end('SIGTERM');
    const second = it.start();
    const { effectiveConfig } = await it.server.until(
      'it runs under the second supervisor',
      ({ isConnected, health, effectiveConfig: effective }) =>
        isConnected && health?.healthy === true && effective.includes('nop/remote'),
    );
    expect(second.stderr).toContain('agent process started');
    expect(effectiveConfig).toContain('base: from-environment');
    expect(effectiveConfig).toMatch(/logs:(?:\n\s+.*)*?\n\s+level: warn/i);
  });

  test('without a server it starts; later it connects, and what is offered is applied under its hash', async () => {
    const port = await freePort();
    await using nobody = await startFleetServer();
    await using it = await bench({
      settings: { server: { endpoint: `ws://127.0.0.1:${port}/v1/opamp` } },
      server: nobody,
    });
    const supervisor = it.start();
    await supervisor.until(
      'it missed the server',
      ({ stderr }) => stderr.includes('the server cannot be reached') || undefined,
    );
    await it.collector();
    await using server = await startFleetServer({ port });
    const hash = server.offer(idleWith('late'));
    const agent = await server.until(
      'applied',
      ({ config, effectiveConfig }) => config?.status === 'APPLIED' && effectiveConfig.includes('nop/late'),
    );
    expect(agent.config?.hash).toBe(hash);
  });
});
