import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AgentRemoteConfigSchema,
  type ConfigFile,
  configMapToMessage,
  create,
  encodeMessage,
  newInstanceUid,
} from '@drover/opamp';
import { expect, test } from 'vitest';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, changeSettings, idleWith, supervisorCommand } from './support/supervised.ts';

const HASH = Buffer.from('a1'.repeat(32), 'hex');
const OLDER_HASH = Buffer.from('b2'.repeat(32), 'hex');

/** A settings file as upstream's documentation has it. */
const UPSTREAM_SETTINGS = {
  capabilities: {
    accepts_remote_config: true,
    accepts_restart_command: true,
    reports_effective_config: true,
    reports_own_metrics: false,
    reports_health: true,
    reports_remote_config: true,
  },
  storage: { directory: './storage' },
};

/** AgentRemoteConfig, as upstream keeps it: protobuf. */
function remoteConfig(hash: Buffer, text: string): Uint8Array {
  const files = new Map<string, ConfigFile>([
    ['', { body: new TextEncoder().encode(text), contentType: 'text/yaml' }],
  ]);
  return encodeMessage(
    AgentRemoteConfigSchema,
    create(AgentRemoteConfigSchema, { configHash: hash, config: configMapToMessage(files) }),
  );
}

interface UpstreamFolder {
  readonly uid: string;
  readonly status?: 1 | 2 | 3;
  readonly working?: Uint8Array;
}

/** The files of a v0.159 that was stopped. */
function writeUpstreamFolder(it: Bench, { uid, status = 1, working }: UpstreamFolder): void {
  changeSettings(it.folder, UPSTREAM_SETTINGS);
  mkdirSync(it.storage, { mode: 0o700 });
  const files: Record<string, string | Uint8Array> = {
    'persistent_state.yaml': `instance_id: ${uid}
last_remote_config_status:
    status: ${status}
    last_remote_config_hash: ${HASH.toString('hex')}
    error_message: ${status === 3 ? 'Config apply timeout exceeded' : '""'}
`,
    'last_recv_remote_config.dat': remoteConfig(HASH, idleWith('received')),
    'effective.yaml': 'extensions: {opamp: {server: {ws: {endpoint: "ws://127.0.0.1:1/v1/opamp"}}}}\n',
    'agent.log': 'what the last Collector said\n',
    ...(working === undefined ? {} : { 'last_working_remote_config.dat': working }),
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(it.storage, name), content, { mode: 0o600 });
}

describeWithCollector("a storage folder of upstream's supervisor", () => {
  test('is taken over: same uid, last configuration running and reported, without an offer', async () => {
    await using it = await bench({ local: undefined });
    const uid = newInstanceUid();
    writeUpstreamFolder(it, { uid });
    expect((await supervisorCommand(it.folder, ['validate'])).code).toBe(0);
    const supervisor = it.start();
    const agent = await it.server.until(
      'it runs what it had',
      ({ health, effectiveConfig }) => health?.healthy === true && effectiveConfig.includes('nop/received'),
    );
    expect(agent).toMatchObject({
      uid,
      config: { status: 'APPLIED', hash: HASH.toString('hex') },
    });
    expect(it.server.agents).toHaveLength(1);
    expect(it.server.statuses).toEqual([`APPLIED ${HASH.toString('hex')}`]);
    expect(readFileSync(join(it.storage, 'agent.log.1'), 'utf8')).toBe('what the last Collector said\n');
    // The way back.
    expect(readFileSync(join(it.storage, 'persistent_state.yaml'), 'utf8')).toContain(uid);
    expect(existsSync(join(it.storage, 'last_recv_remote_config.dat'))).toBe(true);

    const hash = it.server.offer(idleWith('next'));
    await it.server.until(
      'the next one runs',
      ({ config }) => config?.hash === hash && config.status === 'APPLIED',
    );
    await supervisor.end('SIGTERM');
    it.start();
    // The files of upstream are older than what was learned since.
    await it.server.until(
      'it is still the next one',
      ({ isConnected, health, effectiveConfig }) =>
        isConnected && health?.healthy === true && effectiveConfig.includes('nop/next'),
    );
    expect(it.server.agents.map((each) => each.uid)).toEqual([uid]);
  });

  test('a configuration that had failed is reported FAILED, and the last working one runs', async () => {
    await using it = await bench({ local: undefined });
    writeUpstreamFolder(it, {
      uid: newInstanceUid(),
      status: 3,
      working: remoteConfig(OLDER_HASH, idleWith('working')),
    });
    it.start();
    const agent = await it.server.until(
      'it runs what worked',
      ({ health, effectiveConfig }) => health?.healthy === true && effectiveConfig.includes('nop/working'),
    );
    expect(agent.config).toEqual({
      status: 'FAILED',
      hash: HASH.toString('hex'),
      errorMessage: 'Config apply timeout exceeded',
    });
  });

  test('a damaged state file costs the uid alone, a damaged configuration that alone', async () => {
    await using it = await bench();
    writeUpstreamFolder(it, { uid: newInstanceUid() });
    writeFileSync(join(it.storage, 'persistent_state.yaml'), '');
    it.start();
    await it.server.until(
      'it runs what it had',
      ({ health, effectiveConfig }) => health?.healthy === true && effectiveConfig.includes('nop/received'),
    );

    await using other = await bench();
    const uid = newInstanceUid();
    writeUpstreamFolder(other, { uid });
    writeFileSync(join(other.storage, 'last_recv_remote_config.dat'), '\u0007garbage');
    other.start();
    const agent = await other.server.until('it runs the local one', ({ health }) => health?.healthy === true);
    expect(agent.uid).toBe(uid);
  });

  test('what the settings ask for and do not get is named at start', async () => {
    await using it = await bench();
    changeSettings(it.folder, {
      ...UPSTREAM_SETTINGS,
      capabilities: { ...UPSTREAM_SETTINGS.capabilities, accepts_packages: true },
      telemetry: { logs: { level: 'info', processors: [{ batch: {} }] }, traces: { level: 'basic' } },
    });
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    for (const key of ['capabilities.accepts_packages', 'telemetry.logs.processors', 'telemetry.traces'])
      expect(supervisor.stderr).toMatch(new RegExp(`"level":"warn".*"msg":"${key.replaceAll('.', '\\.')}: `));
    const { stdout } = await supervisorCommand(it.folder, ['validate', '-o', 'json']);
    expect(JSON.parse(stdout).notices).toHaveLength(3);
  });
});
