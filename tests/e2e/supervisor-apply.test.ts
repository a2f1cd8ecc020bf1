import { writeFile } from 'node:fs/promises';
import { agentCapabilityNames } from '@drover/opamp';
import { expect, test } from 'vitest';
import { takenPort } from './support/ports.ts';
import { eventually } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { bench, idleWith, listeningOn, processRecord } from './support/supervised.ts';

describeWithCollector('a supervisor and its remote configuration', () => {
  test('reports who the agent is, how it is and what it runs', async () => {
    await using it = await bench();
    it.start();
    const agent = await it.server.until(
      'everything is reported',
      ({ health, effectiveConfig, description }) =>
        health?.healthy === true &&
        'pipeline:traces' in health.componentHealthMap &&
        effectiveConfig !== '' &&
        'service.version' in description,
    );
    expect(agent.description).toMatchObject({
      'service.instance.id': agent.uid,
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      'os.type': 'linux',
      'host.name': expect.any(String),
      'host.arch': expect.any(String),
    });
    expect(Object.keys(agent.health?.componentHealthMap ?? {})).toContain('pipeline:traces');
    expect(agent.effectiveConfig).toContain('nop');
    expect(agent.effectiveConfig).not.toContain(processRecord(it.storage)?.localToken);
    expect(new Set(agentCapabilityNames(agent.capabilities))).toEqual(
      new Set([
        'ReportsStatus',
        'AcceptsRemoteConfig',
        'ReportsEffectiveConfig',
        'AcceptsRestartCommand',
        'ReportsHealth',
        'ReportsRemoteConfig',
        'ReportsHeartbeat',
        'ReportsAvailableComponents',
        'ReportsOwnMetrics',
        'ReportsConnectionSettingsStatus',
      ]),
    );
  });

  test('applies what is offered, in the process that runs, and says so in order', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const before = await it.collector();
    const hash = it.server.offer(idleWith('offered'));
    const agent = await it.server.until(
      'applied',
      ({ config, effectiveConfig }) =>
        config?.status === 'APPLIED' && effectiveConfig.includes('nop/offered'),
    );
    expect(agent.config?.hash).toBe(hash);
    expect(it.server.statuses).toEqual([`APPLYING ${hash}`, `APPLIED ${hash}`]);
    expect(await it.collector()).toBe(before);
    // The configuration beside the settings is replaced, not merged.
    expect(agent.effectiveConfig).toContain('nop/offered');
    expect(it.server.healths.length).toBeLessThan(8);
  });

  test("refuses a broken configuration with the Collector's words, and touches nothing", async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const before = await it.collector();
    it.server.offer(idleWith('x').replace('exporters: [nop/x]', 'exporters: [missing]'));
    const agent = await it.server.until('failed', ({ config }) => config?.status === 'FAILED');
    expect(agent.config?.errorMessage).toBe(
      'service::pipelines::traces: references exporter "missing" which is not configured',
    );
    expect(agent.health?.healthy).toBe(true);
    expect(await it.collector()).toBe(before);

    it.server.offer('receivers: [');
    const unreadable = await it.server.until(
      'unreadable',
      ({ config }) => config?.errorMessage.includes('line 1') === true,
    );
    expect(unreadable.config?.status).toBe('FAILED');
    expect(await it.collector()).toBe(before);

    const good = it.server.offer(idleWith('good'));
    await it.server.until(
      'applied after all',
      ({ config }) => config?.status === 'APPLIED' && config.hash === good,
    );
  });

  test('falls back when the Collector dies of a configuration, and does not try it again', async () => {
    await using it = await bench();
    await using taken = await takenPort();
    it.start();
    const good = it.server.offer(idleWith('good'));
    await it.server.until('the good one runs', ({ config }) => config?.status === 'APPLIED');
    const bad = it.server.offer(listeningOn(taken.port));
    const agent = await it.server.until(
      'failed and healthy again',
      ({ config, health, effectiveConfig }) =>
        config?.status === 'FAILED' && health?.healthy === true && !effectiveConfig.includes('otlp'),
    );
    expect(agent.config).toMatchObject({
      hash: bad,
      errorMessage: expect.stringContaining('address already in use'),
    });
    expect(agent.config?.errorMessage).toContain('ended with exit code 1');
    const pid = await it.collector();

    it.server.offer(idleWith('between').replace('nop/between: }', 'nonsense: }'));
    await it.server.until(
      'another one failed',
      ({ config }) => config?.status === 'FAILED' && config.hash !== bad,
    );
    it.server.offer(listeningOn(taken.port));
    await it.server.until(
      'the bad one is refused',
      ({ config }) => config?.status === 'FAILED' && config.hash === bad,
    );
    expect(await it.collector()).toBe(pid);
    expect(it.server.statuses.filter((status) => status === `APPLYING ${bad}`)).toHaveLength(1);
    expect(it.server.statuses).not.toContain(`APPLIED ${bad}`);
    expect(it.server.statuses).toContain(`APPLIED ${good}`);
  });

  test('the same content under another hash is applied without a restart', async () => {
    await using it = await bench();
    it.start();
    it.server.offer(idleWith('same'), 'one');
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const pid = await it.collector();
    const second = it.server.offer(idleWith('same'), 'two');
    await it.server.until(
      'applied again',
      ({ config }) => config?.status === 'APPLIED' && config.hash === second,
    );
    expect(await it.collector()).toBe(pid);
  });

  test('an empty configuration brings the local one back, and never stops collecting', async () => {
    await using it = await bench({ local: idleWith('local') });
    it.start();
    it.server.offer(idleWith('remote'));
    await it.server.until('the remote one runs', ({ effectiveConfig }) =>
      effectiveConfig.includes('nop/remote'),
    );
    const empty = it.server.offer('');
    const agent = await it.server.until(
      'the local one runs',
      ({ config, effectiveConfig }) =>
        config?.hash === empty && config.status === 'APPLIED' && effectiveConfig.includes('nop/local'),
    );
    expect(agent.health?.healthy).toBe(true);
    await it.collector();
  });

  test('a hostile configuration does not cut the supervisor off from its Collector', async () => {
    await using it = await bench();
    it.start();
    const hostile = `${idleWith('hostile')}extensions: {opamp: {server: {ws: {endpoint: "ws://127.0.0.1:1/v1/opamp"}}}}\n`;
    it.server.offer(hostile);
    const agent = await it.server.until(
      'applied',
      ({ config, effectiveConfig }) =>
        config?.status === 'APPLIED' && effectiveConfig.includes('nop/hostile'),
    );
    expect(agent.effectiveConfig).not.toContain('127.0.0.1:1/');
    expect(agent.health?.healthy).toBe(true);
  });

  test('of a flood of offers the last one wins, with few restarts', async () => {
    await using it = await bench();
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    let last = '';
    for (let offer = 0; offer < 100; offer++) {
      last = it.server.offer(idleWith(`n${offer}`));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await it.server.until(
      'the last one runs',
      ({ config, effectiveConfig }) =>
        config?.hash === last && config.status === 'APPLIED' && effectiveConfig.includes('nop/n99'),
    );
    const changes = supervisor.stderr.split(/agent process (?:started|reloaded)/).length - 2;
    expect(changes).toBeLessThanOrEqual(5);
  });

  test('a restart command restarts, on the same configuration', async () => {
    await using it = await bench();
    it.start();
    it.server.offer(idleWith('kept'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const before = await it.collector();
    it.server.restartAgent();
    await eventually('another process runs', async () => {
      const pids = await it.collectors();
      return pids.length === 1 && pids[0] !== before;
    });
    const agent = await it.server.until(
      'healthy again',
      ({ health, effectiveConfig }) => health?.healthy === true && effectiveConfig.includes('nop/kept'),
    );
    expect(agent.config?.status).toBe('APPLIED');
  });

  test('merges local layers around the remote configuration', async () => {
    await using it = await bench({
      agent: { config_files: ['base.yaml', '$REMOTE_CONFIG', 'policy.yaml'] },
      local: undefined,
    });
    await writeFile(`${it.folder}/base.yaml`, idleWith('base'));
    await writeFile(`${it.folder}/policy.yaml`, 'service: {telemetry: {resource: {policy: enforced}}}\n');
    it.start();
    await it.server.until('the base runs', ({ effectiveConfig }) =>
      effectiveConfig.includes('policy: enforced'),
    );
    it.server.offer(
      'exporters: {nop/remote: }\nservice: {telemetry: {resource: {policy: overridden}}, pipelines: {traces: {exporters: [nop/remote]}}}\n',
    );
    const agent = await it.server.until(
      'applied',
      ({ config, effectiveConfig }) => config?.status === 'APPLIED' && effectiveConfig.includes('nop/remote'),
    );
    expect(agent.effectiveConfig).toContain('nop/base');
    expect(agent.effectiveConfig).toContain('policy: enforced');
  });
});
