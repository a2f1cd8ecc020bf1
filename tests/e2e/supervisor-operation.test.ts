import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../scripts/lib/free-port.ts';
import { eventually } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import {
  bench,
  changeSettings,
  IDLE,
  idleWith,
  listeningOn,
  supervisorCommand,
} from './support/supervised.ts';

/** The value of one line of the metrics; undefined where there is none. */
async function metric(url: string, line: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length));
}

describeWithCollector('operating a supervisor', () => {
  test('status shows what runs, as a table and as JSON; nobody else may ask', async () => {
    await using it = await bench();
    it.start();
    const hash = it.server.offer(idleWith('shown'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    const pid = await it.collector();

    const asJson = await supervisorCommand(it.folder, ['status', '-o', 'json']);
    expect(asJson.code).toBe(0);
    const [agent] = it.server.agents;
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      isReady: true,
      server: { connected: 1, of: 1 },
      agents: [
        {
          name: 'agent',
          kind: 'collector',
          instanceUid: agent?.uid,
          pid,
          state: 'running',
          isReady: true,
          remoteConfig: { hash, verdict: 'applied' },
          runningConfig: hash,
          health: { healthy: true },
          server: { url: it.server.url, state: 'connected' },
        },
      ],
    });
    const asTable = await supervisorCommand(it.folder, ['status', '--storage', it.storage]);
    expect(asTable.stdout).toMatch(
      new RegExp(`^agent +collector +\\S+ +${pid} +running +${hash.slice(0, 12)} +applied +healthy`, 'm'),
    );
    expect(statSync(join(it.storage, 'supervisor.sock')).mode & 0o777).toBe(0o600);
  });

  test('it takes little memory', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const { stdout } = await supervisorCommand(it.folder, ['status', '-o', 'json']);
    expect(JSON.parse(stdout).supervisor.residentBytes).toBeLessThan(90 * 1_024 * 1_024);
  });

  test("what a Collector said before it crashed stays readable after the next start, and the one's before it", async () => {
    await using it = await bench();
    it.start();
    const pids: number[] = [];
    for (let crash = 1; crash <= 2; crash++) {
      const pid = await eventually('another Collector is healthy', async () => {
        const { stdout } = await supervisorCommand(it.folder, ['status', '-o', 'json']);
        const [agent] = stdout === '' ? [] : JSON.parse(stdout).agents;
        return agent?.isReady && !pids.includes(agent.pid) ? (agent.pid as number) : undefined;
      });
      pids.push(pid);
      process.kill(pid, 'SIGKILL');
    }
    await eventually('the third one runs', async () => {
      const [pid] = await it.collectors();
      return pid !== undefined && !pids.includes(pid);
    });
    for (const name of ['agent.log.1', 'agent.log.2'])
      expect(readFileSync(join(it.storage, name), 'utf8')).toContain('Everything is ready');
  });

  test('status says when no supervisor runs, and where it looked', async () => {
    await using it = await bench();
    const asked = await supervisorCommand(it.folder, ['status']);
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(asked.stderr).toContain(`no supervisor runs on the storage folder ${it.storage}`);
    const started = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await started.end('SIGKILL');
    // Its socket is still there.
    expect(await supervisorCommand(it.folder, ['status'])).toMatchObject({ code: 1, stderr: asked.stderr });
  });

  test('health, readiness and metrics follow what happens to the agent', async () => {
    await using it = await bench({ agent: { executable: './otelcol' }, local: undefined });
    const port = await freePort();
    changeSettings(it.folder, { healthcheck: { endpoint: `127.0.0.1:${port}` } });
    const url = `http://127.0.0.1:${port}`;
    it.start();

    const ready = () => fetch(`${url}/ready`).catch(() => undefined);
    await eventually('it answers that the agent cannot start', async () => {
      const answer = await ready();
      return answer?.status === 503 && (await answer.text()).includes('cannot_start');
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await metric(url, 'drover_supervisor_agent_up{agent="agent"}')).toBe(0);

    writeFileSync(join(it.folder, 'otelcol'), `#!/bin/sh\nexec ${process.env.OTEL_COLLECTOR_BINARY} "$@"\n`, {
      mode: 0o755,
    });
    it.server.offer(IDLE);
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await eventually('it is ready', async () => (await ready())?.status === 200);

    // Within the stability window: what was applied is rolled back.
    process.kill(await it.collector(), 'SIGKILL');
    await it.server.until(
      'rolled back',
      ({ config, health }) => config?.status === 'FAILED' && health?.healthy === true,
    );

    await using taken = await takenPort();
    const colliding = it.server.offer(listeningOn(taken.port));
    await it.server.until('failed', ({ config }) => config?.status === 'FAILED' && config.hash === colliding);
    it.server.offer('receivers: {no_such: }');
    await it.server.until(
      'refused',
      ({ config }) => config?.status === 'FAILED' && config.errorMessage.includes('no_such'),
    );
    for (const [line, value] of [
      ['drover_supervisor_agent_crashes_total{agent="agent",reason="signal"}', 1],
      ['drover_supervisor_rollbacks_total{agent="agent"}', 2],
      ['drover_supervisor_validation_failures_total{agent="agent"}', 1],
      ['drover_supervisor_apply_results_total{agent="agent",result="applied"}', 1],
      ['drover_supervisor_apply_results_total{agent="agent",result="failed"}', 3],
      ['drover_supervisor_apply_duration_seconds_count{agent="agent"}', 3],
      ['drover_supervisor_offers_total{agent="agent",kind="remote_config"}', 3],
      ['drover_supervisor_server_connected{agent="agent"}', 1],
      ['drover_supervisor_server_connects_total{agent="agent"}', 1],
    ] as const)
      expect([line, await metric(url, line)]).toEqual([line, value]);
  });

  test('validate asks the Collector itself, and leaves a supervisor that runs alone', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    expect(await supervisorCommand(it.folder, ['validate'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('agent: valid'),
    });

    writeFileSync(join(it.folder, 'effective.yaml'), IDLE.replace('receivers: [nop]', 'receivers: [nix]'));
    const refused = await supervisorCommand(it.folder, ['validate', '-o', 'json']);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      isValid: false,
      agents: [{ name: 'agent', result: 'invalid', message: expect.stringContaining('nix') }],
    });

    changeSettings(it.folder, { colour: 'red', healthcheck: { endpoint: 7 } });
    const wrong = await supervisorCommand(it.folder, ['validate']);
    expect(wrong.code).toBe(2);
    expect(wrong.stdout).toContain('unknown key colour');
    expect(wrong.stdout).toContain('healthcheck.endpoint:');

    changeSettings(it.folder, { colour: undefined, healthcheck: undefined, agent: { executable: './none' } });
    expect(await supervisorCommand(it.folder, ['validate'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('its program cannot be asked'),
    });
    expect(await it.collectors()).toEqual([pid]);
  });

  test.each([
    ['SIGTERM', { level: 'info', msg: 'stopped', reason: 'SIGTERM was received' }],
    ['SIGINT', { level: 'info', msg: 'stopped', reason: 'SIGINT was received' }],
  ] as const)('after %s the last line of its log says so', async (signal, expected) => {
    await using it = await bench();
    const program = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await program.end(signal);
    expect(JSON.parse(program.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject(expected);
  });

  test("its log goes where it is told, with the Collector's lines in it, and never below its level", async () => {
    await using it = await bench({ agent: { passthrough_logs: true } });
    changeSettings(it.folder, {
      telemetry: { logs: { level: 'info', encoding: 'console', output_paths: ['stdout', './own.log'] } },
    });
    const program = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const first = await it.collector();
    await program.until(
      'the Collector is heard',
      ({ stdout }) => stdout.includes('Everything is ready') || undefined,
    );
    process.kill(first, 'SIGKILL');
    await program.until(
      'the next Collector is heard too',
      ({ stdout }) => stdout.split('Everything is ready').length > 2 || undefined,
    );
    await program.end('SIGTERM');
    expect(program.stderr).toBe('');
    expect(readFileSync(join(it.folder, 'own.log'), 'utf8')).toBe(program.stdout);
    const lines = program.stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^\S+Z\tinfo\tstopped\t\{"reason":"SIGTERM was received"\}$/);
    expect(lines.filter((line) => !/^\S+Z\t(?:info|warn|error)\t/.test(line))).toEqual([]);
    expect(
      lines.some((line) => line.includes('Everything is ready') && line.includes('"logger":"collector"')),
    ).toBe(true);
  });

  test('an output that cannot be opened is named, with exit code 2', async () => {
    await using it = await bench();
    changeSettings(it.folder, { telemetry: { logs: { output_paths: ['stderr', './none/own.log'] } } });
    const program = it.start();
    await eventually('it ended', () => program.hasExited);
    expect(await program.end()).toBe(2);
    expect(program.stderr).toContain('telemetry.logs.output_paths.1: cannot write to');
  });

  test('where it cannot start, the last line says why', async () => {
    await using it = await bench();
    await using taken = await takenPort();
    changeSettings(it.folder, { healthcheck: { endpoint: `127.0.0.1:${taken.port}` } });
    const program = it.start();
    await eventually('it ended', () => program.hasExited);
    expect(await program.end()).toBe(1);
    const last = JSON.parse(program.stderr.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ level: 'error', msg: 'stopped' });
    expect(last.reason).toContain(`127.0.0.1:${taken.port} is taken by another program`);
    expect(await it.collectors()).toEqual([]);
  });

  test('version and wrong usage', async () => {
    await using it = await bench();
    expect((await supervisorCommand(it.folder, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await supervisorCommand(it.folder, ['version'])).stdout).toMatch(
      /^drover-supervisor \d+\.\d+\.\d+\nNode\.js /,
    );
    const wrong = await supervisorCommand(it.folder, ['restart']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('there is no command "restart"');
  });
});

/** A port that somebody listens on. */
async function takenPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
