import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program, processesWith, ROOT } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { IDLE, idleWith } from './support/supervised.ts';

type Transport = 'websocket' | 'http';

/** Refers to an exporter that it does not have. */
const BROKEN = `receivers:
  nop:
exporters:
  nop:
service:
  pipelines:
    traces:
      receivers: [nop]
      exporters: [nope]
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningServer;

beforeAll(async () => {
  folder = await temporaryFolder('validate');
  if (COLLECTOR === '') return;
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    env: { DROVER_CONFIGS_COLLECTOR: COLLECTOR },
  });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface Supervised extends AsyncDisposable {
  readonly supervisor: Program;
  readonly uid: string;
  readonly storage: string;
}

/** A real supervisor with a real Collector on `IDLE`, which the control plane sees healthy. */
async function startSupervised(
  transport: Transport,
  settings: Readonly<Record<string, unknown>> = {},
  executable = COLLECTOR,
): Promise<Supervised> {
  const own = await temporaryFolder('validate-agent');
  const known = new Set(
    (await server.api.listAgents({ limit: 500 })).items.map((agent) => agent.instanceUid),
  );
  const endpoint = transport === 'websocket' ? server.opampUrl : server.opampUrl.replace(/^ws/, 'http');
  await writeFile(
    join(own.path, 'supervisor.yaml'),
    JSON.stringify({
      server: { endpoint, heartbeat_interval: '500ms' },
      agent: { executable },
      ...settings,
    }),
  );
  await writeFile(join(own.path, 'effective.yaml'), IDLE);
  const supervisor = new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
    cwd: own.path,
  });
  const found = await eventually('a healthy agent', async () => {
    const { items } = await server.api.listAgents({ limit: 500, health: ['healthy'] });
    return items.find((agent) => !known.has(agent.instanceUid));
  });
  return {
    supervisor,
    uid: found.instanceUid,
    storage: join(own.path, 'storage'),
    async [Symbol.asyncDispose]() {
      await supervisor[Symbol.asyncDispose]();
      // A supervisor that was killed leaves its Collector.
      for (const pid of await processesWith(own.path)) process.kill(pid, 'SIGKILL');
      await own[Symbol.asyncDispose]();
    },
  };
}

const validate = (instanceUid: string, body: string, name?: string) =>
  server.api.validateConfig({
    body,
    ...(name === undefined ? {} : { name }),
    with: { kind: 'agent', instanceUid },
  });

function drover(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', DROVER_URL: server.httpUrl, DROVER_TOKEN: server.token };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [`${ROOT}packages/cli/bin/drover.js`, ...args],
      { env, cwd: folder.path },
      (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describeWithCollector('a configuration checked with the Collector of an agent', () => {
  test.each<Transport>(['websocket', 'http'])(
    'over %s has its words, and what runs is not touched',
    async (transport) => {
      await using agent = await startSupervised(transport);
      const before = await processesWith(agent.storage);
      expect((await server.api.getAgent(agent.uid)).customCapabilities).toContain('dev.drover.validate/1');

      const good = await validate(agent.uid, idleWith('other'));
      const said = good.problems.filter(({ source }) => source === 'collector');
      expect([good.valid, said, good.trial?.verdict]).toEqual([true, [], 'valid']);
      expect(good.trial?.program).toMatch(/^otelcol\S* \d+\.\d+/);

      const bad = await validate(agent.uid, BROKEN);
      expect([bad.valid, bad.trial?.verdict]).toEqual([false, 'invalid']);
      expect(bad.problems).toContainEqual({
        severity: 'error',
        path: 'service::pipelines::traces',
        line: 7,
        column: 5,
        message: 'references exporter "nope" which is not configured',
        source: 'collector',
      });

      await server.api.putSecret('endpoint', { value: 'planted-endpoint-value' });
      const leaking = BROKEN.replace(
        'exporters:\n  nop:',
        'exporters:\n  debug: {verbosity: "${drover:secret.endpoint}"}',
      );
      const masked = await validate(agent.uid, leaking.replace('[nope]', '[debug]'));
      expect(masked.trial?.verdict).toBe('invalid');
      expect(masked.problems).toContainEqual(
        expect.objectContaining({ path: 'exporters::debug::verbosity', source: 'collector', line: 4 }),
      );
      expect(JSON.stringify(masked)).not.toContain('planted');

      expect(await processesWith(agent.storage)).toEqual(before);
      const { remoteConfig } = await server.api.getAgent(agent.uid);
      expect([remoteConfig.desired, remoteConfig.status]).toEqual([null, 'unset']);
      expect(existsSync(join(agent.storage, 'trial'))).toBe(false);
      expect(await readFile(join(agent.storage, 'effective.yaml'), 'utf8')).not.toContain('nop/other');
    },
  );

  test('is judged by the policy of its host first', async () => {
    await using agent = await startSupervised('websocket', {
      policy: { receivers: { allow: ['nop'] }, exporters: { deny: ['otlp*'] } },
    });
    const body = IDLE.replaceAll('exporters: {nop: }', 'exporters: {nop: , otlp: {endpoint: "h:1"}}');
    const { valid, problems, trial } = await validate(agent.uid, body);
    expect([valid, trial?.verdict]).toEqual([false, 'refused']);
    expect(problems).toContainEqual(
      expect.objectContaining({
        source: 'supervisor',
        message: expect.stringContaining('the policy of this host forbids it: policy.exporters.deny[0]'),
      }),
    );
  });

  test('is one of its stack, from the command line too', async () => {
    await using agent = await startSupervised('websocket');
    await server.api.putConfig('parts', { body: 'receivers: {nop: }\nexporters: {nop: }\n' });
    await server.api.putConfig('wiring', {
      body: 'service: {telemetry: {metrics: {level: none}}, pipelines: {traces: {receivers: [nop], exporters: [nop]}}}\n',
    });
    await server.api.createRollout({
      target: { kind: 'config', configs: [{ name: 'parts' }, { name: 'wiring' }] },
      selector: `instanceUid=${agent.uid}`,
    });
    await eventually('the stack runs', async () => {
      const { remoteConfig } = await server.api.getAgent(agent.uid);
      return remoteConfig.inSync === true || undefined;
    });
    await writeFile(
      join(folder.path, 'wiring.yaml'),
      'service: {pipelines: {traces: {receivers: [nop], exporters: [nop, lost]}}}\n',
    );
    const asked = await drover(
      'configs',
      'validate',
      '-f',
      'wiring.yaml',
      '--fragment',
      '--agent',
      agent.uid,
    );
    expect(asked.code, asked.stderr).toBe(1);
    expect(asked.stdout).toContain(
      'references exporter "lost" which is not configured [service::pipelines::traces]',
    );
    expect(asked.stdout).toMatch(/wiring\.yaml: not valid, says otelcol\S* \S+, as layer 2 of 2\n/);
  });

  test('has no answer where the agent goes away meanwhile, or cannot be asked at all', async () => {
    // Its check goes on until the supervisor is gone; all else is the real Collector's.
    const slow = join(folder.path, 'slow-collector');
    const marker = join(folder.path, 'asked');
    await writeFile(
      slow,
      `#!/bin/sh\nif [ "$1" = validate ] && grep -q nop/slow "$3"; then touch ${marker}; while [ -e ${marker} ]; do sleep 0.1; done; fi\nexec ${COLLECTOR} "$@"\n`,
    );
    await chmod(slow, 0o755);
    await using agent = await startSupervised('websocket', {}, slow);
    const asking = validate(agent.uid, idleWith('slow')).then(
      () => 'answered',
      (error: { code?: string }) => error.code,
    );
    await eventually('the program is asked', async () => existsSync(marker) || undefined);
    await agent.supervisor.end('SIGKILL');
    expect(await asking).toBe('agent_not_connected');
    await rm(marker);

    const noRemote = { capabilities: { accepts_remote_config: false, reports_health: true } };
    await using mute = await startSupervised('websocket', noRemote);
    await expect(validate(mute.uid, IDLE)).rejects.toMatchObject({
      status: 409,
      code: 'capability_missing',
    });
    const { items } = await server.api.configTrialAgents({ selector: `instanceUid=${mute.uid}` });
    expect(items).toEqual([]);
  });
});

describeWithCollector("a configuration checked with the server's own Collector", () => {
  const local = (body: string) => server.api.validateConfig({ body, with: { kind: 'local' } });

  test('has its words, at their lines', async () => {
    expect(await local(IDLE)).toMatchObject({
      valid: true,
      problems: [],
      trial: { kind: 'local', verdict: 'valid', instanceUid: null },
    });
    const field = BROKEN.replace('nop:\nservice', 'debug:\n    verbosityy: basic\nservice').replace(
      'nope',
      'debug',
    );
    const { problems } = await local(field);
    expect(problems).toContainEqual(
      expect.objectContaining({
        path: 'exporters::debug::verbosityy',
        line: 5,
        message: 'has the invalid key verbosityy',
        source: 'collector',
      }),
    );
    expect((await server.api.configTrialAgents({})).local?.program).toMatch(/^otelcol\S* \d/);
  });

  test('reads no file of its host, and has nothing of the environment', async () => {
    const planted = join(folder.path, 'planted.txt');
    await writeFile(planted, 'planted content [');
    const verbosity = (value: string) =>
      IDLE.replace('{nop: }\nservice', `{nop: , debug: {verbosity: "${value}"}}\nservice`);
    for (const value of [`\${file:${planted}}`, planted, `\${env:X:-\${file:${planted}}}`]) {
      const { trial, problems } = await local(verbosity(value));
      expect([value, trial?.verdict]).toEqual([value, 'not_asked']);
      expect(problems).toContainEqual(expect.objectContaining({ severity: 'warning', source: 'collector' }));
      expect(JSON.stringify(problems)).not.toContain('planted content');
    }
    const { problems } = await local(verbosity('${env:HOME}${env:DROVER_CONFIGS_COLLECTOR}'));
    expect(JSON.stringify(problems)).not.toContain(COLLECTOR);
    expect(problems).toContainEqual(
      expect.objectContaining({
        severity: 'info',
        message: 'environment variables were taken for unset: DROVER_CONFIGS_COLLECTOR, HOME',
      }),
    );
  });

  test('is what the command line asks for with --local', async () => {
    await writeFile(join(folder.path, 'good.yaml'), IDLE);
    await writeFile(join(folder.path, 'layer.yaml'), 'receivers: {nop: }\n');
    const good = await drover('configs', 'validate', '-f', 'good.yaml', '--local');
    expect([good.code, good.stdout]).toEqual([
      0,
      expect.stringMatching(/^good\.yaml: valid, says otelcol\S* \S+ of the server\n$/),
    ]);
    const layer = await drover('configs', 'validate', '-f', 'layer.yaml', '--local', '--fragment');
    expect([layer.code, layer.stdout]).toEqual([
      1,
      expect.stringContaining('a layer alone is no whole configuration'),
    ]);
  });
});
