import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otlpLoad, pipelineOf } from '../support/otlp-load.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { eventually, type Program } from '../support/process.ts';
import { describeWithCollector } from '../support/requirements.ts';
import { bench, idleWith, listeningOn, processRecord } from '../support/supervised.ts';
import { MODES } from './modes.ts';

const launches = (supervisor: Program) =>
  supervisor.stderr.split(/agent process (?:started|reloaded)/).length - 1;

describeWithCollector('what becomes of configurations that fail', () => {
  test.each(MODES)(
    'after a bad one and a restart of the supervisor the good one runs, and is not said to be APPLIED again by that (%s)',
    async (_mode, agent) => {
      await using taken = await takenPort();
      await using it = await bench({ agent });
      const first = it.start();
      it.server.offer(idleWith('good'));
      await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
      const bad = it.server.offer(listeningOn(taken.port));
      await it.server.until(
        'failed, and the good one is back',
        ({ config, health }) => config?.status === 'FAILED' && health?.healthy === true,
      );
      await first.end('SIGTERM');
      const before = it.server.statuses.length;
      const second = it.start();
      const seen = await it.server.until(
        'the good one runs',
        ({ isConnected, health, effectiveConfig }) =>
          isConnected && health?.healthy === true && effectiveConfig.includes('nop/good'),
      );
      expect(seen.config).toMatchObject({ hash: bad, status: 'FAILED' });
      expect(it.server.statuses.slice(before).filter((status) => status.startsWith('APPLIED'))).toEqual([]);
      expect(launches(second)).toBe(1);
    },
  );

  test('after a bad one the good one runs at once, and its word is FAILED for the bad one', async () => {
    await using taken = await takenPort();
    await using it = await bench();
    it.start();
    const good = it.server.offer(idleWith('good'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const bad = it.server.offer(listeningOn(taken.port));
    await it.server.until(
      'the good one runs again',
      ({ config, health, effectiveConfig }) =>
        config?.status === 'FAILED' && health?.healthy === true && effectiveConfig.includes('nop/good'),
    );
    // Upstream says APPLIED of the good one here, and a server that compares hashes offers the bad one for ever.
    expect(it.server.statuses).toEqual([
      `APPLYING ${good}`,
      `APPLIED ${good}`,
      `APPLYING ${bad}`,
      `FAILED ${bad}`,
    ]);
  });

  test.each(MODES)(
    'when the good one fails too it is started again, ever more seldom (%s)',
    async (_mode, agentSettings) => {
      const port = await freePort();
      await using it = await bench({ agent: { ...agentSettings, stability_window: '0s' } });
      const supervisor = it.start();
      const good = it.server.offer(listeningOn(port));
      await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
      await eventually('proved', () =>
        readFileSync(join(it.storage, 'state.json'), 'utf8').includes(`"lastGood":{"hash":"${good}"`),
      );
      process.kill(await it.collector(), 'SIGKILL');
      await using _taken = await takenPort(port);
      await it.server.until('a crash loop', ({ health }) => health?.status.startsWith('crash loop') === true);
      const before = launches(supervisor);
      const retries = () => [...supervisor.stderr.matchAll(/"retryInMs":(\d+)/g)].map(([, ms]) => Number(ms));
      await eventually('it is tried once more', () => launches(supervisor) > before);
      await eventually('the next wait is known', () => retries().length >= 4);
      // Upstream counts starts within two seconds; the times between them tell more.
      const waits = retries();
      for (const [index, wait] of waits.entries())
        expect(wait).toBeGreaterThanOrEqual(Math.min(500 * 2 ** index, 150_000));
    },
  );

  test.each(MODES)(
    'after a bad one comes an error, after a good one health (%s)',
    async (_mode, agentSettings) => {
      await using taken = await takenPort();
      await using it = await bench({ agent: { ...agentSettings, automatic_config_rollback: false } });
      it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      it.server.offer(listeningOn(taken.port));
      const broken = await it.server.until('not healthy', ({ health }) => health?.healthy === false);
      await eventually('the reason is told', () =>
        it.server.agents.some(({ health }) => health?.lastError.includes('address already in use')),
      );
      expect(broken.config?.status).not.toBe('APPLIED');
      const good = it.server.offer(idleWith('good'));
      await it.server.until(
        'healthy',
        ({ config, health }) =>
          config?.hash === good && config.status === 'APPLIED' && health?.healthy === true,
      );
    },
  );

  test.each(MODES)('what the Collector finds invalid never reaches it (%s)', async (_mode, agentSettings) => {
    await using it = await bench({ agent: agentSettings });
    const supervisor = it.start();
    it.server.offer(idleWith('good'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const pid = await it.collector();
    const before = launches(supervisor);
    it.server.offer(idleWith('bad').replace('nop/bad: }', 'nonsense: }'));
    const agent = await it.server.until('failed', ({ config }) => config?.status === 'FAILED');
    expect(agent.config?.errorMessage).toContain('nonsense');
    expect(agent.effectiveConfig).toContain('nop/good');
    expect(await it.collector()).toBe(pid);
    expect(launches(supervisor)).toBe(before);
  });

  test.each(MODES)(
    'the words on each: APPLYING, APPLIED with health and data, FAILED, and APPLIED for an empty map (%s)',
    async (_mode, agentSettings) => {
      await using load = await otlpLoad();
      await using taken = await takenPort();
      await using it = await bench({ agent: agentSettings });
      it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const good = it.server.offer(pipelineOf(load, 'good'));
      const applied = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
      expect(applied.health?.healthy).toBe(true);
      load.start();
      await eventually('data flow', () => load.delivered > 20);
      const bad = it.server.offer(listeningOn(taken.port));
      await it.server.until('failed', ({ config }) => config?.status === 'FAILED' && config.hash === bad);
      const empty = it.server.offer('');
      await it.server.until('applied', ({ config }) => config?.status === 'APPLIED' && config.hash === empty);
      expect(it.server.statuses).toEqual([
        `APPLYING ${good}`,
        `APPLIED ${good}`,
        `APPLYING ${bad}`,
        `FAILED ${bad}`,
        `APPLYING ${empty}`,
        `APPLIED ${empty}`,
      ]);
    },
  );

  test("an empty map takes the remote configuration away: the Collector's port closes, it is healthy, the word is APPLIED", async () => {
    await using load = await otlpLoad();
    await using it = await bench();
    it.start();
    it.server.offer(pipelineOf(load, 'remote'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    load.start();
    await eventually('data flow', () => load.delivered > 20);
    const empty = it.server.offer('');
    await it.server.until(
      'applied and healthy',
      ({ config, health }) =>
        config?.hash === empty && config.status === 'APPLIED' && health?.healthy === true,
    );
    const refused = load.refused;
    await eventually('nobody takes records any more', () => load.refused > refused + 20);
    // Upstream ends the Collector; ours runs what is configured locally, here nothing but an idle pipeline.
    expect(readFileSync(join(it.storage, 'effective.yaml'), 'utf8')).not.toContain('otlp');
  });

  test('the last lines of a Collector that died are in the error of its health and of the configuration', async () => {
    await using taken = await takenPort();
    await using it = await bench({ agent: { collector_crash_log_snippet_kib: 4 } });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const hash = it.server.offer(listeningOn(taken.port));
    const failed = await it.server.until('failed', ({ config }) => config?.status === 'FAILED');
    expect(failed.config).toMatchObject({ hash, errorMessage: expect.stringContaining('Its last output:') });
    expect(failed.config?.errorMessage).toContain(`127.0.0.1:${taken.port}`);
    // One that is killed in its first instant has no words yet: that its roll back is over is what counts.
    const pid = await eventually('the one before is healthy', () => {
      const record = processRecord(it.storage);
      return record?.wasHealthy === true ? record.identity?.pid : undefined;
    });
    process.kill(pid, 'SIGKILL');
    await eventually('the health tells it too', () =>
      it.server.healths.some(({ lastError }) => lastError.includes('Its last output:')),
    );
  });
});
