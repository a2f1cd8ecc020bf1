import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ComponentHealthSchema, create } from '@drover/opamp';
import { createOpampClient } from '@drover/opamp/client';
import { expect, test } from 'vitest';
import { otlpLoad, pipelineOf } from './support/otlp-load.ts';
import { freePort, takenPort } from './support/ports.ts';
import { eventually, type Program } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { bench, IDLE, idleWith, listeningOn, processRecord } from './support/supervised.ts';

const startsOf = (supervisor: Program) => supervisor.stderr.split('agent process started').length - 1;

function lastGoodOf(storage: string): string | undefined {
  return JSON.parse(readFileSync(join(storage, 'state.json'), 'utf8').split('\n')[1] ?? '{}').lastGood?.hash;
}

describeWithCollector('the verdict on a remote configuration', () => {
  test('a start that takes longer than upstream would wait ends APPLIED, and offers that come meanwhile wait their turn', async () => {
    await using it = await bench({ agent: { executable: './slow', use_hup_config_reload: false } });
    writeFileSync(
      join(it.folder, 'slow'),
      `#!/bin/sh\n[ "$1" = --config ] && sleep 6\nexec ${COLLECTOR} "$@"\n`,
      { mode: 0o755 },
    );
    const supervisor = it.start();
    await supervisor.until(
      'the local one starts',
      ({ stderr }) => stderr.includes('agent process started') || undefined,
    );
    await it.server.until('connected', ({ isConnected }) => isConnected);
    const first = it.server.offer(idleWith('first'));
    const last = it.server.offer(idleWith('last'));
    const agent = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    // Of the two that waited only the newer one was tried, and only once the first start was over.
    expect(it.server.statuses).toEqual([`APPLYING ${last}`, `APPLIED ${last}`]);
    expect(it.server.statuses).not.toContain(`APPLYING ${first}`);
    expect(agent.health?.healthy).toBe(true);
    expect(readFileSync(join(it.storage, 'effective.yaml'), 'utf8')).toContain('nop/last');
    expect(startsOf(supervisor)).toBe(2);
    expect(processRecord(it.storage)).toMatchObject({ remoteHash: last, wasHealthy: true });
  });

  test('a backend that is away does not fail a configuration', async () => {
    await using load = await otlpLoad();
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const nobody = await freePort();
    load.start();
    const hash = it.server.offer(
      pipelineOf(load, 'away').replace(load.backendUrl, `http://127.0.0.1:${nobody}`),
    );
    await eventually('the Collector misses its backend', () =>
      /connection refused/.test(readFileSync(join(it.storage, 'agent.log'), 'utf8')),
    );
    const agent = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    expect(agent.config?.hash).toBe(hash);
    expect(it.server.statuses).toEqual([`APPLYING ${hash}`, `APPLIED ${hash}`]);
  });

  test('however often a failed one is offered, nothing is started for it and the last good one stays', async () => {
    await using it = await bench({ agent: { stability_window: '0s' } });
    await using taken = await takenPort();
    const supervisor = it.start();
    const good = it.server.offer(idleWith('good'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await eventually('proved', () => lastGoodOf(it.storage) === good);
    const bad = it.server.offer(listeningOn(taken.port));
    await it.server.until(
      'failed and healthy again',
      ({ config, health }) => config?.status === 'FAILED' && health?.healthy === true,
    );
    const starts = startsOf(supervisor);
    for (let time = 0; time < 5; time++) {
      const other = it.server.offer(idleWith(`between-${time}`).replace('nop: ,', 'nonsense: ,'));
      await it.server.until('the other one failed', ({ config }) => config?.hash === other);
      it.server.offer(listeningOn(taken.port));
      await it.server.until(
        'the bad one is answered',
        ({ config }) => config?.hash === bad && config.status === 'FAILED',
      );
      expect(lastGoodOf(it.storage)).toBe(good);
    }
    expect(startsOf(supervisor)).toBe(starts);
  });

  test('a failed one is tried again under another hash, and after a restart command', async () => {
    await using it = await bench();
    const port = await freePort();
    const supervisor = it.start();
    const good = it.server.offer(idleWith('good'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED' && config.hash === good);
    const isApplied = (hash: string) =>
      it.server.until(
        'applied after all',
        ({ config }) => config?.hash === hash && config.status === 'APPLIED',
      );
    const fail = async (name: string) => {
      await using _taken = await takenPort(port);
      const hash = it.server.offer(listeningOn(port), name);
      await it.server.until(
        `${name} failed`,
        ({ config, health }) =>
          config?.hash === hash && config.status === 'FAILED' && health?.healthy === true,
      );
      return hash;
    };

    const bad = await fail('one');
    const sameContent = it.server.offer(listeningOn(port), 'two');
    expect(sameContent).not.toBe(bad);
    await isApplied(sameContent);

    const back = it.server.offer(idleWith('good'), 'again');
    await isApplied(back);
    const worse = await fail('three');
    const starts = startsOf(supervisor);
    it.server.restartAgent();
    await eventually('restarted', () => startsOf(supervisor) > starts);
    // The restart itself runs what is good.
    expect(readFileSync(join(it.storage, 'effective.yaml'), 'utf8')).not.toContain('otlp');
    it.server.offer(idleWith('between'));
    it.server.offer(listeningOn(port), 'three');
    await isApplied(worse);
  });

  test('without rollback a failed one stays in force, and is APPLIED when it becomes healthy', async () => {
    await using it = await bench({ agent: { automatic_config_rollback: false } });
    const taken = await takenPort();
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const hash = it.server.offer(listeningOn(taken.port));
    await it.server.until(
      'failed, and it crashes again and again',
      ({ config, health }) =>
        config?.status === 'FAILED' && health?.healthy === false && health.status.includes('next start in'),
    );
    // What is in force outlives the supervisor.
    await supervisor.end('SIGTERM');
    it.start();
    await it.server.until(
      'it still crashes',
      ({ isConnected, config, health }) =>
        isConnected &&
        config?.status === 'FAILED' &&
        health?.lastError.includes('address already in use') === true,
    );
    await taken[Symbol.asyncDispose]();
    const agent = await it.server.until(
      'applied after all',
      ({ config, health }) => config?.status === 'APPLIED' && health?.healthy === true,
    );
    expect(agent.config).toMatchObject({ hash, errorMessage: '' });
    expect(it.server.statuses).not.toContain(`APPLYING ${hash} again`);
    await eventually('nothing is remembered against it', () =>
      readFileSync(join(it.storage, 'state.json'), 'utf8').includes('"failed":[]'),
    );
  });

  test('a permanent error within the stability window takes APPLIED back', async () => {
    await using it = await bench({ agent: { stability_window: '10m' } });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const hash = it.server.offer(idleWith('unstable'));
    const { uid } = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const record = processRecord(it.storage);
    // None of the components here can be made to report one: this speaks in the Collector's place.
    const broken = create(ComponentHealthSchema, {
      healthy: false,
      status: 'StatusPermanentError',
      componentHealthMap: {
        'exporter:x': create(ComponentHealthSchema, {
          status: 'StatusPermanentError',
          lastError: 'no such index',
        }),
      },
    });
    const inItsPlace = createOpampClient({
      url: `ws://127.0.0.1:${record?.localPort}/v1/opamp`,
      instanceUid: uid,
      headers: { Authorization: `Bearer ${record?.localToken}`, 'X-Drover-Config': `${record?.inputsHash}` },
      capabilities: ['ReportsStatus', 'ReportsHealth'],
      description: { identifying: {} },
      health: broken,
    });
    inItsPlace.start();
    const agent = await it.server.until('taken back', ({ config }) => config?.status === 'FAILED');
    await inItsPlace.stop();
    expect(agent.config).toMatchObject({ hash, errorMessage: 'exporter:x: no such index' });
    await it.server.until(
      'the one before runs',
      ({ health, effectiveConfig }) =>
        health?.healthy === true && effectiveConfig !== '' && !effectiveConfig.includes('nop/unstable'),
    );
  });

  test('a local layer that is broken or gone stops an apply, and what runs goes on; once it is back the same offer is taken', async () => {
    await using it = await bench({ agent: { config_files: ['base.yaml', '$REMOTE_CONFIG', 'rules.yaml'] } });
    const rules = join(it.folder, 'rules.yaml');
    const whole = 'service: {telemetry: {resource: {rule: kept}}}\n';
    writeFileSync(join(it.folder, 'base.yaml'), IDLE);
    writeFileSync(rules, whole);
    it.start();
    const remote = (name: string) =>
      `exporters: {nop/${name}: }\nservice: {pipelines: {traces: {exporters: [nop/${name}]}}}\n`;
    it.server.offer(remote('first'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const pid = await it.collector();

    writeFileSync(rules, 'service: [');
    const second = it.server.offer(remote('second'));
    const broken = await it.server.until(
      'failed for the broken layer',
      ({ config }) => config?.hash === second && config.status === 'FAILED',
    );
    expect(broken.config?.errorMessage).toContain('rules.yaml: line 1');
    rmSync(rules);
    const third = it.server.offer(remote('third'));
    const gone = await it.server.until(
      'failed for the missing layer',
      ({ config }) => config?.hash === third && config.status === 'FAILED',
    );
    expect(gone.config?.errorMessage).toContain('cannot read the local layer');
    expect(gone.effectiveConfig).toContain('nop/first');
    expect(await it.collector()).toBe(pid);

    writeFileSync(rules, whole);
    it.server.offer(remote('third'));
    const agent = await it.server.until(
      'applied after all',
      ({ config, effectiveConfig }) =>
        config?.hash === third && config.status === 'APPLIED' && effectiveConfig.includes('nop/third'),
    );
    expect(agent.effectiveConfig).toContain('rule: kept');
  });

  test('a process that cannot be started is no verdict: the offer stays open until it can', async () => {
    await using it = await bench({ agent: { executable: './fleeting', use_hup_config_reload: false } });
    const program = join(it.folder, 'fleeting');
    const body = `#!/bin/sh\n[ "$1" = validate ] && [ -f ${it.folder}/vanish ] && rm ${program}\nexec ${COLLECTOR} "$@"\n`;
    writeFileSync(program, body, { mode: 0o755 });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    writeFileSync(join(it.folder, 'vanish'), '');
    const hash = it.server.offer(idleWith('waiting'));
    await it.server.until(
      'told',
      ({ config, health }) =>
        config?.status === 'APPLYING' && health?.lastError.includes('does not exist') === true,
    );
    rmSync(join(it.folder, 'vanish'));
    writeFileSync(program, body, { mode: 0o755 });
    const agent = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    expect(agent.config?.hash).toBe(hash);
    expect(it.server.statuses.filter((status) => status.startsWith('FAILED'))).toEqual([]);
  });
});
