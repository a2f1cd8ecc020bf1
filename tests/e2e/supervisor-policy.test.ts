import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { FleetServer } from './support/fleet-server.ts';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, idleWith } from './support/supervised.ts';

const POLICY = {
  receivers: { allow: ['nop', 'otlp', 'file_log'] },
  exporters: { deny: ['otlp*'] },
  files: { read: { allow: ['/var/log/**'] } },
};

/** A configuration that reads a file. */
function reading(path: string): string {
  return idleWith('x').replace('receivers: {nop: ', `receivers: {file_log: {include: [${path}]}, nop: `);
}

async function healthy({ server }: Bench): Promise<void> {
  await server.until('healthy', ({ health }) => health?.healthy === true);
}

function failed(server: FleetServer, hash: string) {
  return server.until('failed', ({ config }) => config?.status === 'FAILED' && config.hash === hash);
}

describeWithCollector('a supervisor with a policy', () => {
  test('refuses what the policy forbids with the rule and the place, and touches nothing', async () => {
    await using it = await bench({ settings: { policy: POLICY } });
    const supervisor = it.start();
    await healthy(it);
    const pid = await it.collector();
    const { config } = await failed(it.server, it.server.offer(reading('/etc/shadow')));
    expect(config?.errorMessage).toBe(
      'the policy of this host forbids it: policy.files.read.allow: "/etc/shadow" is not in the list at receivers::file_log::include::0 (line 1 of the remote configuration "main")',
    );

    const hidden = it.server.offerFiles({
      a: idleWith('x'),
      b: 'x: &x {endpoint: "127.0.0.1:1"}\nexporters: {otlp/b: *x }\n',
    });
    expect((await failed(it.server, hidden)).config?.errorMessage).toContain(
      'policy.exporters.deny[0]: "otlp/b" matches "otlp*" at exporters::otlp/b (line 2 of the remote configuration "b")',
    );

    const unseen = it.server.offer(`${idleWith('x')}extensions: "\${yaml:{zpages: {}}}"\n`);
    expect((await failed(it.server, unseen)).config?.errorMessage).toContain('policy: "${yaml:{zpages: {}"');

    expect(await it.collector()).toBe(pid);
    expect(supervisor.stderr.split('agent process started').length - 1).toBe(1);

    const allowed = it.server.offer(reading('/var/log/*.log'));
    const agent = await it.server.until(
      'what is allowed is applied',
      ({ config: now }) => now?.status === 'APPLIED' && now.hash === allowed,
    );
    expect(agent.health?.healthy).toBe(true);
  });

  test('that has become stricter gives up what ran under it, and says so', async () => {
    await using it = await bench({ agent: { stability_window: '0s' } });
    const first = it.start();
    await healthy(it);
    const bad = it.server.offer(reading('/tmp/x.log'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED' && config.hash === bad);
    await first.end('SIGKILL');
    const settings = join(it.folder, 'supervisor.yaml');
    const before = JSON.parse(await readFile(settings, 'utf8'));
    await writeFile(settings, JSON.stringify({ ...before, policy: POLICY }));
    it.start();
    const agent = await it.server.until(
      'the local configuration runs',
      ({ config, health, effectiveConfig }) =>
        config?.status === 'FAILED' && health?.healthy === true && !effectiveConfig.includes('file_log'),
    );
    expect(agent.config).toMatchObject({
      hash: bad,
      errorMessage: expect.stringContaining('policy.files.read.allow'),
    });
  });
});

describeWithCollector('a supervisor with a locked layer', () => {
  test('is not cut off, and its agent keeps its identity, whatever the remote configuration redefines', async () => {
    await using it = await bench({ agent: { locked_config: ['locked.yaml'] } });
    await writeFile(join(it.folder, 'locked.yaml'), 'service: {telemetry: {resource: {env: prod}}}\n');
    it.start();
    await healthy(it);
    const hostile = it.server.offer(`extensions:
  opamp:
    instance_uid: 01890000-0000-7000-8000-000000000001
    server: {ws: {endpoint: "ws://127.0.0.1:1/v1/opamp"}}
  zpages: {endpoint: "127.0.0.1:0"}
receivers: {nop: }
exporters: {nop/hostile: }
"extensions::opamp::server::ws::endpoint": ws://127.0.0.1:1/v1/opamp
"service::telemetry::resource::env": test
service:
  extensions: [zpages]
  telemetry:
    metrics: {level: none}
    resource: {service.instance.id: evil, env: test, team: a}
  pipelines: {traces: {receivers: [nop], exporters: [nop/hostile]}}
`);
    const agent = await it.server.until(
      'applied and heard of',
      ({ config, health, effectiveConfig }) =>
        config?.status === 'APPLIED' &&
        config.hash === hostile &&
        health?.healthy === true &&
        effectiveConfig.includes('nop/hostile'),
    );
    const config = parse(agent.effectiveConfig);
    expect(config.extensions.opamp.server.ws.endpoint).toMatch(/^ws:\/\/127\.0\.0\.1:\d{4,5}\/v1\/opamp$/);
    expect(config.extensions.opamp.instance_uid).toBe(agent.uid);
    expect(config.service.extensions).toEqual(['zpages', 'opamp']);
    expect(config.service.telemetry.resource).toMatchObject({
      'service.instance.id': agent.uid,
      env: 'prod',
      team: 'a',
    });
    expect(agent.description['service.instance.id']).toBe(agent.uid);
  });

  test.each(['locked.yaml', 'base.yaml'])(
    'applies nothing while %s is missing or broken, and keeps what runs',
    async (name) => {
      await using it = await bench({
        agent: { config_files: ['base.yaml', '$REMOTE_CONFIG'], locked_config: ['locked.yaml'] },
        local: undefined,
      });
      const file = join(it.folder, name);
      await writeFile(join(it.folder, 'base.yaml'), idleWith('base'));
      await writeFile(join(it.folder, 'locked.yaml'), 'service: {telemetry: {resource: {env: prod}}}\n');
      it.start();
      await healthy(it);
      const pid = await it.collector();
      await rm(file);
      const first = await failed(it.server, it.server.offer(idleWith('first')));
      expect(first.config?.errorMessage).toContain(`cannot read the local layer ${file}`);
      await writeFile(file, 'service: {telemetry: [\n');
      const second = await failed(it.server, it.server.offer(idleWith('second')));
      expect(second.config?.errorMessage).toContain(`${file}: line`);
      expect(await it.collector()).toBe(pid);
      expect(second.health?.healthy).toBe(true);
      expect(existsSync(join(it.storage, 'effective.yaml'))).toBe(true);
    },
  );

  test('runs what it was given before when a layer is missing at its start, and says so', async () => {
    await using it = await bench({
      agent: { config_files: ['base.yaml', '$REMOTE_CONFIG'], locked_config: ['locked.yaml'] },
      local: undefined,
    });
    const layer = join(it.folder, 'locked.yaml');
    const locked = 'service: {telemetry: {resource: {env: prod}}}\n';
    await writeFile(join(it.folder, 'base.yaml'), idleWith('base'));
    await writeFile(layer, locked);
    const first = it.start();
    const hash = it.server.offer(idleWith('remote'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED' && config.hash === hash);
    await first.end();
    await rm(layer);
    it.start();
    const problem = `cannot read the local layer ${layer}`;
    const kept = await it.server.until(
      'it runs and says what is missing',
      ({ health, isConnected }) =>
        isConnected &&
        health?.healthy === true &&
        health.componentHealthMap.supervisor?.lastError.includes(problem) === true,
    );
    expect(kept.effectiveConfig).toContain('nop/remote');
    expect(kept.effectiveConfig).toContain('env: prod');
    expect(kept.config?.status).toBe('APPLIED');
    await writeFile(layer, locked);
    const next = it.server.offer(idleWith('next'));
    await it.server.until(
      'with the layer all is well',
      ({ config, health }) =>
        config?.status === 'APPLIED' &&
        config.hash === next &&
        health?.componentHealthMap.supervisor?.lastError === '',
    );
  });
});
