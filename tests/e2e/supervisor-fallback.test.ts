import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFleetServer } from './support/fleet-server.ts';
import { startOtlpReceiver } from './support/otlp-receiver.ts';
import type { Program } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, idleWith } from './support/supervised.ts';

const starts = ({ stderr }: Program) => stderr.split('agent process started').length - 1;
const portOf = (url: string) => Number(new URL(url).port);

/** A bench with a fallback configuration beside its settings, that names itself. */
async function withFallback(options: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  const it = await bench({
    local: idleWith('local'),
    ...options,
    agent: { startup_fallback_configs: ['./fallback.yaml'], ...options.agent },
  });
  writeFileSync(join(it.folder, 'fallback.yaml'), idleWith('fallback'));
  return it;
}

/** Resolves when the supervisor says that the Collector is healthy for the n-th time. */
const healthyTimes = (program: Program, times: number) =>
  program.until(`healthy ${times} times`, ({ stderr }) =>
    stderr.split('agent is healthy').length > times ? true : undefined,
  );

describeWithCollector('without a server', () => {
  describe.each(['ws', 'http'] as const)('over %s', (transport) => {
    test('that is there at the first start, the Collector starts once: on what is offered with the first answer', async () => {
      await using receiver = await startOtlpReceiver();
      await using it = await withFallback({
        transport,
        capabilities: { accepts_remote_config: true, reports_own_metrics: true },
        agent: { own_metrics_interval: '500ms' },
      });
      const hash = it.server.offer(idleWith('remote'));
      const settings = it.server.offerConnection({
        ownMetrics: { destinationEndpoint: `${receiver.url}/v1/metrics` },
      });
      const supervisor = it.start();
      await it.server.until('applied', ({ config, health, effectiveConfig }) =>
        Boolean(
          config?.hash === hash &&
            config.status === 'APPLIED' &&
            health?.healthy &&
            effectiveConfig.includes('nop/remote') &&
            effectiveConfig.includes('/v1/metrics'),
        ),
      );
      await expect.poll(() => it.server.settingsStatuses.at(-1)).toBe(`APPLIED ${settings}`);
      expect(starts(supervisor)).toBe(1);
    });

    test('that offers nothing, it starts once too, on the local configuration', async () => {
      await using it = await withFallback({ transport });
      const supervisor = it.start();
      await it.server.until('runs', ({ health, effectiveConfig }) =>
        Boolean(health?.healthy && effectiveConfig.includes('nop/local')),
      );
      expect(starts(supervisor)).toBe(1);
    });

    test('a first start runs the fallback, until a server answers; it does not come back', async () => {
      await using gone = await startFleetServer();
      await gone.goAway();
      await using it = await withFallback({
        transport,
        server: gone,
      });
      const supervisor = it.start();
      await healthyTimes(supervisor, 1);
      expect(await it.configuration()).toContain('nop/fallback');
      expect(await it.configuration()).not.toContain('nop/local');
      await using back = await startFleetServer({ port: portOf(gone.url) });
      const { health } = await back.until('the local one runs', ({ effectiveConfig, health: told }) =>
        Boolean(told?.healthy && effectiveConfig.includes('nop/local')),
      );
      expect(health?.componentHealthMap.supervisor?.healthy).toBe(true);
      const hash = back.offer(idleWith('remote'));
      await back.until('applied', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
      const before = starts(supervisor);
      await back.goAway();
      await supervisor.until(
        'it tries',
        ({ stderr }) => stderr.split('cannot be reached').length > 2 || undefined,
      );
      expect(await it.configuration()).toContain('nop/remote');
      expect(starts(supervisor)).toBe(before);
    });
  });

  test('for the time that is set, the Collector falls back, and returns to what it ran when one answers', async () => {
    await using it = await withFallback({ agent: { runtime_fallback_after: '1s' } });
    const supervisor = it.start();
    const hash = it.server.offer(idleWith('remote'));
    await it.server.until('applied', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
    await it.server.goAway();
    await supervisor.until(
      'it falls back',
      ({ stderr }) => stderr.includes('runs on its fallback') || undefined,
    );
    await expect.poll(() => it.configuration(), { timeout: 20_000 }).toContain('nop/fallback');
    await using back = await startFleetServer({ port: portOf(it.server.url) });
    const { config } = await back.until('the remote one runs', ({ effectiveConfig, health }) =>
      Boolean(health?.healthy && effectiveConfig.includes('nop/remote')),
    );
    expect(config).toMatchObject({ hash, status: 'APPLIED' });
  });

  test('what was received before goes before the fallback, also when the supervisor died on it', async () => {
    await using it = await withFallback({ agent: { runtime_fallback_after: '1s' } });
    const first = it.start();
    const hash = it.server.offer(idleWith('remote'));
    await it.server.until('applied', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
    await it.server.goAway();
    await first.until('it falls back', ({ stderr }) => stderr.includes('runs on its fallback') || undefined);
    await expect.poll(() => it.configuration(), { timeout: 20_000 }).toContain('nop/fallback');
    await first.end('SIGKILL');
    const second = it.start();
    await healthyTimes(second, 1);
    expect(await it.configuration()).toContain('nop/remote');
    await second.end();
    const third = it.start();
    await healthyTimes(third, 1);
    expect(third.stderr.indexOf('runs on its fallback')).toBe(-1);
  });

  test('a fallback that the Collector would not run stops the supervisor from starting', async () => {
    await using it = await withFallback();
    writeFileSync(join(it.folder, 'fallback.yaml'), 'receivers: {nonsense: }\n');
    const supervisor = it.start();
    await expect.poll(() => supervisor.child.exitCode, { timeout: 30_000 }).toBe(1);
    expect(supervisor.stderr).toMatch(/startup_fallback_configs cannot be used: .*nonsense/);
    expect(await it.collectors()).toEqual([]);
  });
});
