import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { otlpLoad, pipelineOf } from './support/otlp-load.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { mountProblem, smallDisk } from './support/small-disk.ts';
import { bench, IDLE, idleWith, processRecord } from './support/supervised.ts';

const changesOf = (supervisor: Program) =>
  supervisor.stderr.split(/agent process (?:started|reloaded)/).length - 1;

describeWithCollector('bad input and bad days', () => {
  test.each([
    ['2 MB', 2_000_000, 'the configuration is larger than 1048576 bytes'],
    ['5 MB', 5_000_000, 'and more than 4194304 are not taken'],
  ])(
    'a configuration of %s is refused with its limit; the next one is taken',
    async (_size, bytes, reason) => {
      await using it = await bench();
      it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const pid = await it.collector();
      const large = it.server.offer(`${IDLE}# ${'x'.repeat(bytes)}\n`);
      const agent = await it.server.until('failed', ({ config }) => config?.status === 'FAILED');
      expect(agent.config?.hash).toBe(large);
      expect(agent.config?.errorMessage).toContain(reason);
      expect(agent.health?.healthy).toBe(true);
      expect(await it.collector()).toBe(pid);
      // Nothing of it is kept.
      expect(readFileSync(join(it.storage, 'state.json')).length).toBeLessThan(bytes * 1.5);
      const good = it.server.offer(idleWith('good'));
      await it.server.until('applied', ({ config }) => config?.hash === good && config.status === 'APPLIED');
    },
  );

  test('an offer larger than any message may be costs the link, and no more; the next one is taken', async () => {
    await using it = await bench();
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    it.server.offer(`# ${'x'.repeat(20_000_000)}\n`);
    await supervisor.until(
      'it says what was too large',
      ({ stderr }) => /larger than|too large|too_large|max payload|exceeded/i.test(stderr) || undefined,
    );
    expect(await it.collector()).toBe(pid);
    const good = it.server.offer(idleWith('good'));
    await it.server.until('applied', ({ config }) => config?.hash === good && config.status === 'APPLIED');
  });

  test.each([
    ['by reload', {}],
    ['by restart', { use_hup_config_reload: false }],
  ] as const)(
    'a hundred offers in two seconds make at most five changes %s, and the last one wins',
    async (_how, agentSettings) => {
      await using it = await bench({ agent: agentSettings });
      const supervisor = it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const before = changesOf(supervisor);
      let last = '';
      for (let offer = 0; offer < 100; offer++) {
        last = it.server.offer(idleWith(`n${offer}`));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await it.server.until(
        'the last one runs',
        ({ config, effectiveConfig }) =>
          config?.hash === last && config.status === 'APPLIED' && effectiveConfig.includes('nop/n99'),
      );
      expect(changesOf(supervisor) - before).toBeLessThanOrEqual(5);
    },
  );

  test('a hundred restart commands make few restarts', async () => {
    await using it = await bench();
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    for (let command = 0; command < 100; command++) {
      it.server.restartAgent();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const hash = it.server.offer(idleWith('after'));
    await it.server.until('applied', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
    expect(changesOf(supervisor)).toBeLessThanOrEqual(6);
  });

  test('a clock that jumps years forth and back changes nothing', async () => {
    await using load = await otlpLoad();
    await using it = await bench({
      agent: { stability_window: '1s' },
      local: pipelineOf(load, 'local'),
      env: { NODE_OPTIONS: '--require ./clock.cjs' },
    });
    const offset = join(it.folder, 'offset');
    writeFileSync(offset, '0');
    writeFileSync(
      join(it.folder, 'clock.cjs'),
      `const { readFileSync } = require('node:fs');
const Real = Date;
const shift = () => Number(readFileSync(${JSON.stringify(offset)}, 'utf8'));
globalThis.Date = class extends Real {
  constructor(...args) { args.length === 0 ? super(Real.now() + shift()) : super(...args); }
  static now() { return Real.now() + shift(); }
};
`,
    );
    const year = 365 * 24 * 3_600_000;
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    load.start();
    for (const years of [10, -20, 0]) {
      writeFileSync(offset, String(years * year));
      const hash = it.server.offer(pipelineOf(load, `at-${years + 20}`));
      await it.server.until('applied', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
      await eventually('proved within its window', () =>
        readFileSync(join(it.storage, 'state.json'), 'utf8').includes(`"lastGood":{"hash":"${hash}"`),
      );
      const bad = it.server.offer(
        pipelineOf(load, 'bad').replace('"exporters":["otlphttp"]', '"exporters":["no"]'),
      );
      await it.server.until('failed', ({ config }) => config?.hash === bad && config.status === 'FAILED');
      expect(await it.collector()).toBe(pid);
    }
    process.kill(pid, 'SIGKILL');
    await it.server.until(
      'started again',
      ({ health, effectiveConfig }) =>
        health?.healthy === true && effectiveConfig.includes('attributes/at-20'),
    );
    expect(await it.collector()).not.toBe(pid);
    await load.finish();
    expect(supervisor.stderr).not.toContain('a step of the supervision failed');
    expect(it.server.agents).toHaveLength(1);
  });

  const problem = mountProblem();
  describe.skipIf(problem !== undefined)(
    problem === undefined ? 'with a disk' : `with a disk (skipped: ${problem})`,
    () => {
      test.each([
        ['full', 'ENOSPC'],
        ['read-only', 'EROFS'],
      ] as const)(
        'that is %s the agent goes on, the server is told, and nothing is lost',
        async (what, code) => {
          await using load = await otlpLoad();
          await using it = await bench({
            agent: { stability_window: '0s' },
            local: pipelineOf(load, 'local'),
          });
          await using disk = smallDisk(it.storage);
          let supervisor = it.start();
          const kept = it.server.offer(pipelineOf(load, 'kept'));
          const { uid } = await it.server.until(
            'applied',
            ({ config }) => config?.hash === kept && config.status === 'APPLIED',
          );
          const pid = await it.collector();
          await eventually('proved', () => processRecord(it.storage)?.isProven === true);
          load.start();
          await eventually('records come through', () => load.delivered > 20);

          if (what === 'full') disk.fill();
          else disk.makeReadOnly();
          const refused = it.server.offer(pipelineOf(load, 'refused'));
          const agent = await it.server.until(
            'failed for want of a disk',
            ({ config, health }) =>
              config?.hash === refused &&
              config.status === 'FAILED' &&
              health?.componentHealthMap.supervisor?.healthy === false,
          );
          expect(agent.config?.errorMessage).toContain(code);
          expect(agent.health?.componentHealthMap.supervisor?.lastError).toContain(
            'the state cannot be saved',
          );
          expect(agent.health?.healthy).toBe(true);
          expect(await it.collector()).toBe(pid);

          // The next supervisor finds its agent, also where it can write nothing at all.
          await supervisor.end('SIGKILL');
          supervisor = it.start();
          await supervisor.until(
            'adopted',
            ({ stderr }) => stderr.includes('running agent adopted') || undefined,
          );
          const second = it.start();
          await eventually('nobody else gets the folder meanwhile', () => second.hasExited);
          expect(second.stderr).toContain('belongs to another supervisor');
          await it.server.until(
            'it reports under the same uid',
            ({ isConnected, health }) => isConnected && health?.healthy === true,
          );
          expect(await it.collector()).toBe(pid);
          // Nor does it need the disk to start the agent again.
          process.kill(pid, 'SIGKILL');
          const unrecorded = await eventually('another process runs', async () => {
            const pids = await it.collectors();
            return pids.length === 1 && pids[0] !== pid ? pids[0] : undefined;
          });
          // Of that one there is no record, and the next supervisor finds it all the same.
          await supervisor.end('SIGKILL');
          supervisor = it.start();
          await supervisor.until(
            'adopted again',
            ({ stderr }) => stderr.includes('running agent adopted') || undefined,
          );
          await it.server.until(
            'healthy by its own report',
            ({ isConnected, health }) =>
              isConnected && health?.healthy === true && 'pipeline:logs' in health.componentHealthMap,
          );
          expect(await it.collector()).toBe(unrecorded);

          if (what === 'full') disk.empty();
          else disk.makeWritable();
          const good = it.server.offer(pipelineOf(load, 'good'));
          await it.server.until(
            'applied, and all is well',
            ({ config, health }) =>
              config?.hash === good &&
              config.status === 'APPLIED' &&
              health?.componentHealthMap.supervisor?.healthy === true,
          );
          await load.finish();
          expect(it.server.agents.map((known) => known.uid)).toEqual([uid]);
        },
      );
    },
  );
});
