import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CommandType,
  type ConfigFile,
  configMapToMessage,
  newInstanceUid,
  RemoteConfigStatuses,
  remoteConfigHash,
} from '@drover/opamp';
import { expect, test } from 'vitest';
import { type HostileServer, startHostileServer, uidBytes } from './support/hostile-server.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, IDLE, idleWith } from './support/supervised.ts';

interface Siege extends AsyncDisposable {
  readonly it: Bench;
  readonly server: HostileServer;
  readonly supervisor: Program;
  /** Pid of the Collector when it became healthy. */
  readonly pid: number;
}

/** A supervisor whose Collector is healthy, in the hands of a hostile server. */
async function siege(settings: Readonly<Record<string, unknown>> = {}): Promise<Siege> {
  const server = await startHostileServer();
  const { serverKeys, ...others } = settings as { serverKeys?: Record<string, unknown> };
  const it = await bench({ settings: { server: { endpoint: server.url, ...serverKeys }, ...others } });
  const supervisor = it.start();
  await server.until('the agent is healthy', ({ health }) => health?.healthy === true);
  return {
    it,
    server,
    supervisor,
    pid: await it.collector(),
    async [Symbol.asyncDispose]() {
      await it[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function offerOf(texts: Readonly<Record<string, string>>) {
  const encoder = new TextEncoder();
  const files = new Map<string, ConfigFile>(
    Object.entries(texts).map(([name, text]) => [
      name,
      { body: encoder.encode(text), contentType: 'text/yaml' },
    ]),
  );
  const configHash = remoteConfigHash(files);
  return { configHash, config: configMapToMessage(files) };
}

/** What became of an offer. */
async function verdictOn(server: HostileServer, { configHash }: { readonly configHash: Uint8Array }) {
  const { remoteConfigStatus } = await server.until(
    'there is a verdict',
    ({ remoteConfigStatus: status }) => {
      const isOver =
        status?.status === RemoteConfigStatuses.RemoteConfigStatuses_APPLIED ||
        status?.status === RemoteConfigStatuses.RemoteConfigStatuses_FAILED;
      return isOver && Buffer.compare(status.lastRemoteConfigHash, configHash) === 0;
    },
  );
  const isApplied = remoteConfigStatus?.status === RemoteConfigStatuses.RemoteConfigStatuses_APPLIED;
  return { verdict: isApplied ? 'APPLIED' : 'FAILED', message: remoteConfigStatus?.errorMessage ?? '' };
}

/** The agent runs as before, and an honest offer is still applied. */
async function isUnharmed({ it, server, pid, supervisor }: Siege): Promise<void> {
  expect(await it.collector()).toBe(pid);
  await eventually('the link is there', () => server.links === 1);
  const offer = offerOf({ main: idleWith('honest') });
  server.send({ remoteConfig: offer });
  expect(await verdictOn(server, offer)).toEqual({ verdict: 'APPLIED', message: '' });
  expect(await it.collector()).toBe(pid);
  expect(supervisor.hasExited).toBe(false);
}

function residentMiB({ child }: Program): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

function starts(supervisor: Program): number {
  return supervisor.stderr.split('agent process started').length - 1;
}

describeWithCollector('a hostile server', () => {
  test('that sends garbage harms nothing and does not fill the log', async () => {
    await using at = await siege();
    const { server, supervisor } = at;
    for (let round = 0; round < 500; round++) server.sendBytes(randomBytes(round * 7));
    for (let length = 1; length < 200; length++)
      server.sendBytes(Buffer.concat([Buffer.of(0), randomBytes(length)]));
    server.sendBytes(Buffer.alloc(0));
    await isUnharmed(at);
    expect(supervisor.stderr.split('\n').length).toBeLessThan(80);
  });

  test('that sends a message over the limit is left, and come back to', async () => {
    await using at = await siege({ serverKeys: { max_message_size: '1MiB' } });
    const { server } = at;
    server.sendBytes(Buffer.alloc(2 * 2 ** 20));
    await eventually('the link was closed for it', () => server.closeCodes.includes(1009));
    await eventually('the agent has come back', () => server.links === 1);
    expect(server.handshakes).toBeLessThanOrEqual(3);
    await isUnharmed(at);
  });

  test('cannot make an agent take what it has not announced', async () => {
    await using at = await siege({
      capabilities: {
        accepts_remote_config: false,
        accepts_restart_command: false,
        accepts_opamp_connection_settings: false,
        reports_own_metrics: false,
      },
    });
    const { it, server, supervisor, pid } = at;
    const url = 'http://127.0.0.1:1/';
    server.send({ remoteConfig: offerOf({ main: idleWith('evil') }) });
    server.send({ command: { type: CommandType.CommandType_Restart } });
    server.send({
      connectionSettings: {
        hash: Uint8Array.of(1),
        opamp: { destinationEndpoint: 'ws://127.0.0.1:1/v1/opamp' },
        ownMetrics: { destinationEndpoint: url },
      },
    });
    server.send({
      packagesAvailable: {
        packages: { '../../evil': { version: '1', file: { downloadUrl: url }, hash: Uint8Array.of(1) } },
        allPackagesHash: Uint8Array.of(1),
      },
    });
    server.send({ customMessage: { capability: 'org.evil', type: 'x', data: Uint8Array.of(1) } });
    // Asked for last, it is answered last.
    const before = server.heard.length;
    server.send({ flags: 1n });
    await eventually('everything before it was taken', () => server.heard.length > before);
    expect(await it.collector()).toBe(pid);
    expect(starts(supervisor)).toBe(1);
    expect(server.links).toBe(1);
    expect(readdirSync(it.folder).sort()).toEqual(['effective.yaml', 'storage', 'supervisor.yaml']);
    expect(readFileSync(join(it.storage, 'effective.yaml'), 'utf8')).not.toContain('evil');
    expect(server.heard.some(({ packageStatuses }) => packageStatuses !== undefined)).toBe(false);
  });

  test('is not heard when it speaks to another agent', async () => {
    await using at = await siege();
    const { server, supervisor } = at;
    const other = uidBytes(newInstanceUid());
    server.send({ instanceUid: other, remoteConfig: offerOf({ main: idleWith('other') }) });
    server.send({ instanceUid: other, command: { type: CommandType.CommandType_Restart } });
    server.send({ instanceUid: other, agentIdentification: { newInstanceUid: uidBytes(newInstanceUid()) } });
    server.send({ instanceUid: randomBytes(7), command: { type: CommandType.CommandType_Restart } });
    await isUnharmed(at);
    expect(starts(supervisor)).toBe(1);
    expect(
      new Set(server.heard.map(({ instanceUid }) => Buffer.from(instanceUid).toString('hex'))).size,
    ).toBe(1);
  });

  test('cannot write outside the storage by names of files, nor choke the supervisor with thousands of them', async () => {
    await using at = await siege();
    const { it, server } = at;
    const names = Array.from({ length: 5_000 }, (_, index) => `../../../tmp/evil-${index}/..\u0000/x`);
    const offer = offerOf({
      ...Object.fromEntries(names.map((name, index) => [name, `# ${index}\n`])),
      '/etc/cron.d/evil': '# x\n',
      main: idleWith('many'),
    });
    server.send({ remoteConfig: offer });
    expect((await verdictOn(server, offer)).verdict).toBe('APPLIED');
    expect(readdirSync(it.folder).sort()).toEqual(['effective.yaml', 'storage', 'supervisor.yaml']);
    expect(readdirSync(it.storage).filter((name) => name.includes('evil'))).toEqual([]);
    expect(existsSync('/etc/cron.d/evil')).toBe(false);
    await isUnharmed(at);
  });

  test('that offers 5 MB is told why they are not taken', async () => {
    await using at = await siege();
    const { server } = at;
    const offer = offerOf({ main: `${IDLE}${'# padding\n'.repeat(500_000)}` });
    server.send({ remoteConfig: offer });
    const { verdict, message } = await verdictOn(server, offer);
    expect(verdict).toBe('FAILED');
    expect(message).toContain('more than 4194304 are not taken');
    await isUnharmed(at);
  });

  test('that offers without end does not fill the memory; the last offer is the one that runs', async () => {
    await using at = await siege();
    const { it, server, supervisor, pid } = at;
    const padding = '# padding\n'.repeat(10_000);
    let last = offerOf({ main: idleWith('none') });
    for (let offer = 0; offer < 400; offer++) {
      last = offerOf({ main: `${idleWith(`n${offer}`)}${padding}` });
      server.send({ remoteConfig: last });
    }
    expect((await verdictOn(server, last)).verdict).toBe('APPLIED');
    expect(await it.collector()).toBe(pid);
    expect(residentMiB(supervisor)).toBeLessThan(250);
  });

  test('that closes each link right after its handshake is tried ever more seldom', async () => {
    await using at = await siege();
    const { server } = at;
    server.closesAtOnce = true;
    server.send({});
    const before = server.handshakes;
    const beganMs = performance.now();
    // Ends the link that is there, by a message that is none.
    server.sendBytes(Buffer.alloc(17 * 2 ** 20));
    await eventually('it has tried four times', () => server.handshakes >= before + 4);
    // The bounds of the waits before them are 1, 2, 4 and 8 s; without waits four tries take milliseconds.
    expect(performance.now() - beganMs).toBeGreaterThan(500);
    server.closesAtOnce = false;
    await isUnharmed(at);
  });

  test('that commands restarts without end gets few, and its offers are still taken', async () => {
    await using at = await siege();
    const { it, server, supervisor } = at;
    const restart = () => server.send({ command: { type: CommandType.CommandType_Restart } });
    for (let command = 0; command < 200; command++) restart();
    await supervisor.until(
      'it has restarted',
      ({ stderr }) => stderr.includes('restart command') || undefined,
    );
    for (let round = 0; round < 20; round++) {
      restart();
      const offer = offerOf({ main: idleWith(`r${round}`) });
      server.send({ remoteConfig: offer });
      await verdictOn(server, offer);
    }
    await it.collector();
    expect(starts(supervisor)).toBeLessThanOrEqual(6);
  });

  test('that renames the agent without end restarts it a few times, and the last name holds', async () => {
    await using at = await siege();
    const { it, server, supervisor } = at;
    let last = newInstanceUid();
    server.send({ agentIdentification: { newInstanceUid: uidBytes(last) } });
    for (let name = 0; name < 200; name++) {
      const next = newInstanceUid();
      server.send({
        instanceUid: uidBytes(last),
        agentIdentification: { newInstanceUid: uidBytes(next) },
      });
      last = next;
    }
    await server.until('it speaks under the last name', ({ instanceUid }) =>
      Buffer.from(instanceUid).equals(Buffer.from(uidBytes(last))),
    );
    await eventually('the name is kept', () =>
      readFileSync(join(it.storage, 'persistent_state.yaml'), 'utf8').includes(last),
    );
    await eventually('the Collector has it', () =>
      readFileSync(join(it.storage, 'effective.yaml'), 'utf8').includes(last),
    );
    await it.collector();
    expect(starts(supervisor)).toBeLessThanOrEqual(5);
  });
});
