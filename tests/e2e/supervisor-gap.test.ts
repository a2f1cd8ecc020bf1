import { expect, test } from 'vitest';
import { otlpLoad, pipelineOf } from './support/otlp-load.ts';
import { takenPort } from './support/ports.ts';
import { eventually } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { bench, idleWith } from './support/supervised.ts';

/** What the supervisor says of the last apply, among the components of the agent's health. */
function applyWord(agent: {
  health: { componentHealthMap: Record<string, { status: string }> } | undefined;
}): string {
  return agent.health?.componentHealthMap.supervisor?.status ?? '';
}

function gapIn(word: string): number {
  return Number(/received nothing for (\d+) ms/.exec(word)?.[1] ?? Number.NaN);
}

describeWithCollector('the gap in which a Collector receives nothing', () => {
  test.each([
    ['reload', {}],
    ['restart', { use_hup_config_reload: false }],
  ] as const)('by %s: measured, reported, and nothing is lost', async (method, agentSettings) => {
    await using load = await otlpLoad();
    await using it = await bench({ agent: agentSettings, local: pipelineOf(load, 'local') });
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const before = await it.collector();
    load.start();
    await eventually('records come through', () => load.delivered > 20);
    for (const name of ['first', 'second', 'third']) {
      const hash = it.server.offer(pipelineOf(load, name));
      const agent = await it.server.until(
        `${name} is applied and its gap known`,
        (seen) =>
          seen.config?.status === 'APPLIED' &&
          seen.config.hash === hash &&
          applyWord(seen).startsWith(`configuration ${hash.slice(0, 8)} applied`),
      );
      expect(applyWord(agent)).toContain(`by ${method}`);
      expect(gapIn(applyWord(agent))).toBeGreaterThan(0);
      const delivered = load.delivered;
      await eventually('records come through again', () => load.delivered > delivered + 20);
    }
    expect((await it.collector()) === before).toBe(method === 'reload');
    const { sent } = await load.finish();
    expect(sent).toBeGreaterThan(60);
    expect(supervisor.stderr.split('"the agent receives again"').length - 1).toBe(3);
  });

  test('twenty broken configurations touch nothing: same process, no try refused, none lost', async () => {
    await using load = await otlpLoad();
    await using it = await bench({ local: pipelineOf(load, 'local') });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const before = await it.collector();
    load.start();
    await eventually('records come through', () => load.delivered > 20);
    for (let number = 0; number < 20; number++) {
      const broken = pipelineOf(load, 'broken').replace(
        '"exporters":["otlphttp"]',
        `"exporters":["missing/${number}"]`,
      );
      const hash = it.server.offer(broken);
      const agent = await it.server.until(
        `number ${number} failed`,
        ({ config }) => config?.status === 'FAILED' && config.hash === hash,
      );
      expect(agent.config?.errorMessage).toContain(`exporter "missing/${number}" which is not configured`);
      expect(agent.health?.healthy).toBe(true);
    }
    expect(await it.collector()).toBe(before);
    await load.finish();
    expect(load.refused).toBe(0);
    const agent = await it.server.until('told', (seen) => applyWord(seen).includes('failed'));
    expect(applyWord(agent)).toContain('the agent was not touched');
  });

  test('a reload that fails ends the Collector: it is rolled back, and the gap lasts until then', async () => {
    await using load = await otlpLoad();
    await using taken = await takenPort();
    await using it = await bench({ local: pipelineOf(load, 'local') });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    load.start();
    await eventually('records come through', () => load.delivered > 20);
    const bad = it.server.offer(
      pipelineOf(load, 'bad').replace('"http":{', `"grpc":{"endpoint":"127.0.0.1:${taken.port}"},"http":{`),
    );
    const agent = await it.server.until(
      'failed and healthy again',
      (seen) =>
        seen.config?.status === 'FAILED' &&
        seen.health?.healthy === true &&
        !Number.isNaN(gapIn(applyWord(seen))),
    );
    expect(agent.config).toMatchObject({
      hash: bad,
      errorMessage: expect.stringContaining('address already in use'),
    });
    expect(applyWord(agent)).toMatch(/^configuration \w+ failed in \d+ ms by reload/);
    const delivered = load.delivered;
    await eventually('records come through again', () => load.delivered > delivered + 20);
    await load.finish();
  });

  test('what is composed the same is not reloaded, whatever its text', async () => {
    await using it = await bench();
    const supervisor = it.start();
    it.server.offer(idleWith('same'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const hash = it.server.offer(`# the same, with a remark\n${idleWith('same')}`);
    const agent = await it.server.until(
      'applied again',
      (seen) => seen.config?.hash === hash && applyWord(seen).includes('was not touched'),
    );
    expect(agent.config?.status).toBe('APPLIED');
    expect(supervisor.stderr).not.toContain('agent process reloaded');
    expect(supervisor.stderr.split('agent process started').length - 1).toBe(1);
  });
});
