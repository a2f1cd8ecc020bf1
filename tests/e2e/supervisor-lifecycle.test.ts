import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otlpLoad, pipelineOf } from './support/otlp-load.ts';
import { takenPort } from './support/ports.ts';
import { eventually, type Program } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { answerOf, bench, IDLE, idleWith, listeningOn, processRecord } from './support/supervised.ts';

const START_COUNT = (program: Program) => program.stderr.split('agent process started').length - 1;

describeWithCollector('the life of a supervisor and its Collector', () => {
  test('killed, it leaves its Collector collecting; the next one adopts it: same uid, same process, no second one', async () => {
    await using it = await bench();
    const first = it.start();
    it.server.offer(idleWith('kept'));
    const { uid } = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const pid = await it.collector();

    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    await it.server.until('the link is gone', ({ isConnected }) => !isConnected);
    expect(await it.collectors()).toEqual([pid]);

    const second = it.start();
    const adopted = await it.server.until(
      'healthy by its own report',
      ({ isConnected, health, effectiveConfig }) =>
        isConnected &&
        health?.healthy === true &&
        'pipeline:traces' in health.componentHealthMap &&
        effectiveConfig.includes('nop/kept'),
    );
    expect(adopted.uid).toBe(uid);
    expect(it.server.agents).toHaveLength(1);
    expect(adopted.config?.status).toBe('APPLIED');
    expect(await it.collectors()).toEqual([pid]);
    expect(START_COUNT(second)).toBe(0);

    const next = it.server.offer(idleWith('after'));
    await it.server.until(
      'an adopted Collector takes configurations',
      ({ config, effectiveConfig }) =>
        config?.hash === next && config.status === 'APPLIED' && effectiveConfig.includes('nop/after'),
    );
    // It takes them up as it would for the supervisor that started it.
    expect(await it.collector()).toBe(pid);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(await it.collectors()).toEqual([]);
  });

  test('asked to leave its agent, it goes without a gap; the next one, as after an upgrade, goes on where it was', async () => {
    await using load = await otlpLoad();
    await using it = await bench({ local: pipelineOf(load, 'local') });
    const first = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    load.start();
    await eventually('records come through', () => load.delivered > 20);
    expect(await first.end('SIGUSR2')).toBe(0);
    expect(readdirSync(it.storage)).not.toContain('supervisor.lock');
    const gone = await it.server.until('it said goodbye', ({ isConnected }) => !isConnected);
    expect(gone.health?.healthy).toBe(true);
    it.start();
    await it.server.until(
      'healthy by its own report',
      ({ isConnected, health }) => isConnected && 'pipeline:logs' in (health?.componentHealthMap ?? {}),
    );
    expect(await it.collectors()).toEqual([pid]);
    await load.finish();
    expect(load.refused).toBe(0);
  });

  test('an adopted Collector is stopped with its supervisor', async () => {
    await using it = await bench();
    const first = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await first.end('SIGKILL');
    const second = it.start();
    await second.until('adopted', ({ stderr }) => stderr.includes('running agent adopted') || undefined);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(await it.collectors()).toEqual([]);
  });

  test('killed between starting a Collector and noting its pid, it has one that the next finds', async () => {
    await using it = await bench();
    const first = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    await first.end('SIGKILL');
    // What is on disk at that moment: the record without the process.
    const { identity: _unknown = undefined, ...record }: Partial<ReturnType<typeof processRecord>> =
      processRecord(it.storage) ?? {};
    rmSync(join(it.storage, 'process.json.previous'), { force: true });
    const body = JSON.stringify(record);
    const { createHash } = await import('node:crypto');
    writeFileSync(
      join(it.storage, 'process.json'),
      `${createHash('sha256').update(body).digest('hex')}\n${body}\n`,
    );
    const second = it.start();
    await second.until('adopted', ({ stderr }) => stderr.includes('running agent adopted') || undefined);
    expect(await it.collectors()).toEqual([pid]);
  });

  test('a Collector of which no record is left is ended before another one is started', async () => {
    await using it = await bench();
    const first = it.start();
    const { uid } = await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const stray = await it.collector();
    await first.end('SIGKILL');
    for (const file of ['process.json', 'process.json.previous'])
      rmSync(join(it.storage, file), { force: true });
    const second = it.start();
    await second.until('another one runs', ({ stderr }) => stderr.includes('agent is healthy') || undefined);
    expect(second.stderr).toContain('agents without a record were ended');
    expect(await it.collector()).not.toBe(stray);
    expect(it.server.agents.map((agent) => agent.uid)).toEqual([uid]);
  });

  test('without the capability, what was offered before does not run', async () => {
    await using it = await bench({ local: idleWith('local') });
    const first = it.start();
    it.server.offer(idleWith('remote'));
    await it.server.until('the remote one runs', ({ config }) => config?.status === 'APPLIED');
    await first.end('SIGKILL');
    const file = join(it.folder, 'supervisor.yaml');
    const settings = {
      ...JSON.parse(readFileSync(file, 'utf8')),
      capabilities: { accepts_remote_config: false },
    };
    writeFileSync(file, JSON.stringify(settings));
    it.start();
    await it.server.until('the local one runs', ({ effectiveConfig }) =>
      effectiveConfig.includes('nop/local'),
    );
    await it.collector();
  });

  test.each([
    ['as it is offered', true, ({ stderr }: Program) => stderr.includes('remote configuration offered')],
    ['as its process starts', false, (supervisor: Program) => START_COUNT(supervisor) === 2],
    ['as its process reloads', true, ({ stderr }: Program) => stderr.includes('agent process reloaded')],
    ['as it is applied', true, ({ stderr }: Program) => stderr.includes('remote configuration applied')],
  ])('killed in the middle of an apply, %s, the next one completes it', async (_moment, isReload, isNow) => {
    await using it = await bench({ agent: { use_hup_config_reload: isReload } });
    const first = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const hash = it.server.offer(idleWith('interrupted'));
    while (!isNow(first)) await new Promise((resolve) => setTimeout(resolve, 2));
    await first.end('SIGKILL');
    it.start();
    const agent = await it.server.until(
      'applied after all',
      ({ isConnected, config, health, effectiveConfig }) =>
        isConnected &&
        config?.status === 'APPLIED' &&
        health?.healthy === true &&
        effectiveConfig.includes('nop/interrupted'),
    );
    expect(agent.config?.hash).toBe(hash);
    await it.collector();
    expect(it.server.agents).toHaveLength(1);
  });

  test('killed at any moment of an apply, the next one completes it', async () => {
    await using it = await bench();
    let supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    for (let moment = 0; moment < 16; moment++) {
      const hash = it.server.offer(idleWith(`moment-${moment}`));
      await new Promise((resolve) => setTimeout(resolve, moment * 25));
      await supervisor.end('SIGKILL');
      supervisor = it.start();
      await it.server.until(
        `what was offered ${moment * 25} ms before the kill runs`,
        ({ isConnected, config, health, effectiveConfig }) =>
          isConnected &&
          config?.hash === hash &&
          config.status === 'APPLIED' &&
          health?.healthy === true &&
          effectiveConfig.includes(`nop/moment-${moment}`),
      );
      await it.collector();
    }
    expect(it.server.statuses.filter((status) => status.startsWith('FAILED'))).toEqual([]);
    expect(it.server.agents).toHaveLength(1);
  });

  test('killed at any moment of an apply that fails, the next one ends up on what was good', async () => {
    await using it = await bench();
    await using taken = await takenPort();
    let supervisor = it.start();
    const good = it.server.offer(idleWith('good'));
    await it.server.until('applied', ({ config }) => config?.hash === good && config.status === 'APPLIED');
    for (let moment = 0; moment < 10; moment++) {
      const bad = it.server.offer(listeningOn(taken.port).replace('nop: ,', `nop: , nop/${moment}: ,`));
      await new Promise((resolve) => setTimeout(resolve, moment * 60));
      await supervisor.end('SIGKILL');
      supervisor = it.start();
      await it.server.until(
        `what was good runs after a kill ${moment * 60} ms after the offer`,
        ({ isConnected, config, health, effectiveConfig }) =>
          isConnected &&
          config?.hash === bad &&
          config.status === 'FAILED' &&
          health?.healthy === true &&
          effectiveConfig.includes('nop/good'),
      );
      await it.collector();
    }
  });

  test('an edited local configuration is taken up by the next supervisor', async () => {
    await using it = await bench();
    const first = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await first.end('SIGKILL');
    writeFileSync(join(it.folder, 'effective.yaml'), idleWith('edited'));
    it.start();
    await it.server.until('the edited one runs', ({ effectiveConfig }) =>
      effectiveConfig.includes('nop/edited'),
    );
    await it.collector();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends both, with exit code 0 and a goodbye',
    async (signal) => {
      await using it = await bench();
      const supervisor = it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      expect(await supervisor.end(signal)).toBe(0);
      expect(await it.collectors()).toEqual([]);
      const gone = await it.server.until('it said goodbye', ({ isConnected }) => !isConnected);
      expect(gone.health).toMatchObject({ healthy: false, status: 'stopped with its supervisor' });
      expect(readdirSync(it.storage)).not.toContain('supervisor.lock');
    },
  );

  test('a signal in the middle of the start leaves nothing', async () => {
    await using it = await bench();
    const supervisor = it.start();
    await supervisor.until(
      'the Collector has just been started',
      ({ stderr }) => stderr.includes('agent process started') || undefined,
    );
    expect(await supervisor.end('SIGTERM')).toBe(0);
    expect(await it.collectors()).toEqual([]);
  });

  test('a second supervisor on the same storage is refused, and changes nothing', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    const second = it.start();
    await eventually('it gave up', () => second.hasExited);
    expect(await second.end()).toBe(1);
    expect(second.stderr).toContain('belongs to another supervisor');
    expect(await it.collectors()).toEqual([pid]);
  });

  test('a Collector that is killed is reported and started again', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    process.kill(pid, 'SIGKILL');
    await eventually('the crash was reported', () =>
      it.server.healths.some(({ lastError }) => lastError.includes('SIGKILL')),
    );
    await it.server.until('healthy again', ({ health }) => health?.healthy === true);
    expect(await it.collector()).not.toBe(pid);
  });

  test('a Collector that dies of a new configuration within the stability window is rolled back', async () => {
    await using it = await bench({ agent: { stability_window: '10m' } });
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const hash = it.server.offer(idleWith('unstable'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    process.kill(await it.collector(), 'SIGKILL');
    const agent = await it.server.until(
      'rolled back',
      ({ config, health, effectiveConfig }) =>
        config?.status === 'FAILED' &&
        health?.healthy === true &&
        !effectiveConfig.includes('nop/unstable') &&
        effectiveConfig !== '',
    );
    expect(agent.config).toMatchObject({ hash, errorMessage: expect.stringContaining('SIGKILL') });
  });

  test('a crash after the stability window is no verdict on the configuration', async () => {
    await using it = await bench({ agent: { stability_window: '0s' } });
    it.start();
    it.server.offer(idleWith('proven'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await eventually('proven', () => processRecord(it.storage)?.isProven === true);
    process.kill(await it.collector(), 'SIGKILL');
    await eventually('the crash was reported', () =>
      it.server.healths.some(({ lastError }) => lastError.includes('SIGKILL')),
    );
    const agent = await it.server.until(
      'runs again',
      ({ health, effectiveConfig }) => health?.healthy === true && effectiveConfig.includes('nop/proven'),
    );
    expect(agent.config?.status).toBe('APPLIED');
  });

  test('an executable that is missing is reported; offers wait for it; when it comes it is used', async () => {
    await using it = await bench({ agent: { executable: './otelcol' } });
    it.start();
    const agent = await it.server.until(
      'reported',
      ({ health }) => health?.lastError.includes('does not exist') === true,
    );
    expect(agent.health).toMatchObject({ healthy: false, status: 'cannot start' });
    expect(agent.description).toMatchObject({ 'host.name': expect.any(String) });
    const hash = it.server.offer(idleWith('waiting'));
    await it.server.until(
      'the offer waits',
      ({ config }) => config?.status === 'APPLYING' && config.hash === hash,
    );
    symlinkSync(COLLECTOR, join(it.folder, 'otelcol'));
    const running = await it.server.until(
      'it runs',
      ({ config, health }) => config?.status === 'APPLIED' && health?.healthy === true,
    );
    expect(running.description['service.version']).toBeDefined();
  });

  test('works without a server, with the last configuration, and connects when there is one', async () => {
    await using it = await bench();
    const first = it.start();
    it.server.offer(idleWith('remembered'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await first.end('SIGTERM');
    const { url } = it.server;
    await it.server.goAway();
    const second = it.start();
    await second.until(
      'the Collector runs',
      ({ stderr }) => stderr.includes('agent is healthy') || undefined,
    );
    expect(readFileSync(join(it.storage, 'effective.yaml'), 'utf8')).toContain('nop/remembered');
    expect(second.stderr).toContain('the server cannot be reached');
    expect(second.stderr).toContain(url);
  });

  test.each([
    ['emptied', (file: string) => truncateSync(file)],
    ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['filled with garbage', (file: string) => writeFileSync(file, '\0\xff{[garbage\n'.repeat(50))],
    ['removed', (file: string) => rmSync(file)],
  ])('whichever state file is %s, uid and configuration stay', async (_how, damage) => {
    await using it = await bench();
    let supervisor = it.start();
    it.server.offer(idleWith('kept'));
    const { uid } = await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await supervisor.end('SIGTERM');
    const files = readdirSync(it.storage).filter((name) => !name.startsWith('agent.log'));
    expect(files).toEqual(
      expect.arrayContaining([
        'binary.json',
        'effective.yaml',
        'persistent_state.yaml',
        'process.json',
        'state.json',
        'state.json.previous',
      ]),
    );
    for (const file of files) {
      damage(join(it.storage, file));
      supervisor = it.start();
      await it.server.until(
        `it runs after ${file} was damaged`,
        ({ isConnected, health, effectiveConfig }) =>
          isConnected && health?.healthy === true && effectiveConfig.includes('nop/kept'),
      );
      await supervisor.end('SIGTERM');
    }
    expect(it.server.agents.map((agent) => agent.uid)).toEqual([uid]);
  });

  test('a warm start runs no process but the Collector', async () => {
    await using it = await bench({ agent: { executable: './counted' } });
    const calls = join(it.folder, 'calls');
    writeFileSync(join(it.folder, 'counted'), `#!/bin/sh\necho "$1" >> ${calls}\nexec ${COLLECTOR} "$@"\n`, {
      mode: 0o755,
    });
    const first = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await first.end('SIGTERM');
    expect(readFileSync(calls, 'utf8')).toBe('components\n--config\n');
    const second = it.start();
    await second.until('healthy again', ({ stderr }) => stderr.includes('agent is healthy') || undefined);
    expect(readFileSync(calls, 'utf8')).toBe('components\n--config\n--config\n');
  });

  test('a rogue local process is refused, and the Collector stays linked', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const record = processRecord(it.storage) as unknown as { localPort: number };
    const answer = await fetch(`http://127.0.0.1:${record.localPort}/v1/opamp`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(),
    });
    expect(answer.status).toBe(401);
    const metrics = await answerOf(it.storage, '/metrics');
    expect(metrics).toContain('local_link_errors_total{agent="agent",reason="unauthorized"} 1');
  });

  test('a new uid from the server is kept, and the Collector runs under it', async () => {
    const instance_id = '01930000-0000-7000-8000-00000000000a';
    await using it = await bench({ agent: { instance_id } });
    await using clone = await bench({ agent: { instance_id }, server: it.server });
    it.start();
    await it.server.until(
      'the first one is healthy',
      ({ uid, health }) => uid === instance_id && health?.healthy === true,
    );
    clone.start();
    // The server decides which of the two keeps the uid.
    const renamed = await it.server.until(
      'one of them has another uid and reports under it',
      ({ uid, health, effectiveConfig }) =>
        uid !== instance_id && health?.healthy === true && effectiveConfig.includes(`instance_uid: ${uid}`),
    );
    const [owner] = [it, clone].filter(({ storage }) =>
      readFileSync(join(storage, 'effective.yaml'), 'utf8').includes(renamed.uid),
    );
    expect(readFileSync(join(owner?.storage ?? '', 'persistent_state.yaml'), 'utf8')).toContain(renamed.uid);
    await it.collector();
    await clone.collector();
  });

  test('a Collector that hangs is reported as such', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    process.kill(pid, 'SIGSTOP');
    await it.server.until('unreachable', ({ health }) => health?.status === 'unreachable');
    process.kill(pid, 'SIGCONT');
    await it.server.until('healthy again', ({ health }) => health?.healthy === true);
    expect(await it.collectors()).toEqual([pid]);
  });

  test('a Collector that hangs for longer than the setting allows is ended and started again', async () => {
    await using it = await bench({ agent: { liveness_timeout: '1s' } });
    it.start();
    it.server.offer(idleWith('kept'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const pid = await it.collector();
    await eventually('proven', () => processRecord(it.storage)?.isProven === true);
    process.kill(pid, 'SIGSTOP');
    await eventually('the server was told why', () =>
      it.server.healths.some(({ lastError }) => lastError.includes(`process ${pid} did not answer`)),
    );
    const agent = await it.server.until(
      'another one is healthy',
      ({ health, effectiveConfig }) => health?.healthy === true && effectiveConfig.includes('nop/kept'),
    );
    expect(await it.collector()).not.toBe(pid);
    expect(agent.config?.status).toBe('APPLIED');
  });

  test('speaks plain HTTP where the address says so', async () => {
    await using it = await bench({ transport: 'http' });
    it.start();
    const agent = await it.server.until('listed', ({ description }) => 'host.name' in description);
    expect(agent.description['service.instance.id']).toBe(agent.uid);
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
  });

  test('wrong settings are listed, each with its path, with exit code 2', async () => {
    await using it = await bench({ local: IDLE });
    writeFileSync(
      join(it.folder, 'supervisor.yaml'),
      'server: {endpoint: "tcp://x"}\nagent: {executable: $NO_SUCH_VARIABLE, colour: red}\n',
    );
    const supervisor = it.start();
    await eventually('it ended', () => supervisor.hasExited);
    expect(await supervisor.end()).toBe(2);
    for (const path of ['server.endpoint:', 'agent.executable:', 'agent: unknown key colour'])
      expect(supervisor.stderr).toContain(path);
  });
});
