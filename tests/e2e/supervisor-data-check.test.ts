import { expect, test } from 'vitest';
import { type OtlpLoad, otlpLoad, pipelineOf } from './support/otlp-load.ts';
import { freePort } from './support/ports.ts';
import { eventually } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { bench } from './support/supervised.ts';

/** A pipeline whose Collector answers with its own metrics. */
function measured(load: OtlpLoad, name: string, metricsPort: number): string {
  const config = JSON.parse(pipelineOf(load, name));
  const exporter = { prometheus: { host: '127.0.0.1', port: metricsPort } };
  config.service.telemetry = { metrics: { readers: [{ pull: { exporter } }] } };
  return JSON.stringify(config);
}

/** Starts well, is healthy, and lets nothing through. */
function dropping(load: OtlpLoad, metricsPort: number): string {
  const config = JSON.parse(measured(load, 'dropping', metricsPort));
  config.processors = { 'filter/all': { logs: { log_record: ['true'] } } };
  config.service.pipelines.logs.processors = ['filter/all'];
  return JSON.stringify(config);
}

describeWithCollector('data after an apply', () => {
  test.each(['rollback', 'degrade'] as const)('a filter that drops everything: %s', async (action) => {
    await using load = await otlpLoad();
    const metricsPort = await freePort();
    await using it = await bench({
      agent: { data_check: { action, window: '3s' } },
      local: measured(load, 'local', metricsPort),
    });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    load.start();
    await eventually('records come through', () => load.delivered > 20);

    const harmless = it.server.offer(measured(load, 'harmless', metricsPort));
    await it.server.until(
      'applied',
      ({ config }) => config?.hash === harmless && config.status === 'APPLIED',
    );
    const delivered = load.delivered;
    await eventually('records come through for more than a window', () => load.delivered > delivered + 1_000);

    const bad = it.server.offer(dropping(load, metricsPort));
    await it.server.until('applied', ({ config }) => config?.hash === bad && config.status === 'APPLIED');
    const missing = 'no logs sent for 3 s after the apply, while there were before';
    if (action === 'degrade') {
      const agent = await it.server.until(
        'degraded',
        ({ health }) => health?.componentHealthMap.supervisor?.healthy === false,
      );
      expect(agent.health?.componentHealthMap.supervisor?.lastError).toBe(missing);
      expect(agent.health?.healthy).toBe(true);
      expect(agent.config?.status).toBe('APPLIED');
      const good = it.server.offer(measured(load, 'mended', metricsPort));
      await it.server.until('applied', ({ config }) => config?.hash === good && config.status === 'APPLIED');
    } else {
      const agent = await it.server.until('rolled back', ({ config }) => config?.status === 'FAILED');
      expect(agent.config).toMatchObject({ hash: bad, errorMessage: missing });
      await it.server.until('what was harmless runs', ({ effectiveConfig }) =>
        effectiveConfig.includes('attributes/harmless'),
      );
    }
    await it.server.until(
      'all is well again',
      ({ health }) => health?.healthy === true && health.componentHealthMap.supervisor?.healthy === true,
    );
    const before = load.delivered;
    await eventually('records come through again', () => load.delivered > before + 20);
    expect(it.server.statuses.filter((status) => status === `FAILED ${harmless}`)).toEqual([]);
  });
});
