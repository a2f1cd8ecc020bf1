import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentCheck } from '../commands/check-agent.ts';
import { identityOf } from '../process/process-identity.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { durableFile } from '../storage/durable-file.ts';
import { lockStorage } from '../storage/storage-lock.ts';
import { checkAgentPorts, checkOwnPort } from './check-ports.ts';
import { checkProgram } from './check-program.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkStorage } from './check-storage.ts';
import { checkUser } from './check-user.ts';
import type { Finding } from './finding.ts';
import { runChecks } from './run-checks.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-doctor-'));
  mkdirSync(join(folder, 'storage'), { mode: 0o700 });
});
afterEach(() => rmSync(folder, { recursive: true }));

function settingsOf(text = ''): Settings {
  const file = join(folder, 'supervisor.yaml');
  const server = text.includes('server:') ? '' : 'server: {endpoint: "ws://h"}\n';
  const agent = /agents?:/.test(text) ? '' : 'agent: {executable: ./otelcol}\n';
  writeFileSync(file, `${server}${agent}${text}`, { mode: 0o600 });
  const read = readSettings(file, {});
  if (read.kind === 'invalid') throw new Error(read.problems.join('\n'));
  return read.settings;
}

function line({ check, status, agent, message, fix }: Finding): string {
  const about = agent === null ? '' : `${agent}: `;
  return `${status} ${check}: ${about}${message}${fix === '' ? '' : ` -> ${fix}`}`;
}

const lines = (findings: readonly Finding[]) => findings.map(line);
const only = (findings: readonly Finding[], check: Finding['check']) =>
  lines(findings.filter((each) => each.check === check));

describe('settings', () => {
  test('each problem is a finding of its own, and nothing else is looked at', async () => {
    const file = join(folder, 'supervisor.yaml');
    writeFileSync(file, 'server: {endpoint: "tcp://x"}\nagent: {executable: $NOT_SET, colour: red}\n');
    const findings = await runChecks(file, {});
    expect(findings.map(({ check, status }) => `${status} ${check}`)).toEqual(
      Array(3).fill('broken settings'),
    );
    expect(lines(findings).join('\n')).toContain('NOT_SET is not set');
  });

  test('a file that is not there', async () => {
    const findings = await runChecks(join(folder, 'none.yaml'), {});
    expect(lines(findings)).toEqual([expect.stringContaining('broken settings: cannot read')]);
  });
});

describe.skipIf(process.platform === 'win32')('user', () => {
  test('root runs its agents as root', () => {
    expect(lines(checkUser(settingsOf(), 0))).toEqual([
      expect.stringMatching(
        /^warning user: this is root, .*\(agent\) would run as root too.* -> run the supervisor as a user/,
      ),
    ]);
  });

  test('another user is in order, and so is root whose agents have users of their own', () => {
    expect(lines(checkUser(settingsOf(), 1_000))[0]).toMatch(/^ok user: .*uid 1000/);
    const { agents } = settingsOf();
    const runAs = { uid: 65_534, gid: 65_534, name: 'nobody', home: '/' };
    expect(lines(checkUser({ agents: agents.map((agent) => ({ ...agent, runAs })) }, 0))[0]).toMatch(
      /^ok user/,
    );
  });
});

describe.skipIf(process.platform === 'win32')('storage', () => {
  test('in order', () => {
    expect(lines(checkStorage(settingsOf()))).toEqual([
      `ok storage.folder: ${folder}/storage can be used, by its user alone`,
      'ok storage.lock: no supervisor runs on the storage folder',
      'ok storage.state: every state file is whole',
      expect.stringMatching(/^ok storage.space: \d+ MiB are free/),
    ]);
  });

  test('one that is not there yet', () => {
    const [first] = lines(checkStorage(settingsOf('storage: {directory: new/deeper}')));
    expect(first).toBe(
      `ok storage.folder: ${folder}/new/deeper is not there yet and can be made in ${folder}`,
    );
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  test('one that cannot be made, because a file is in the way', () => {
    writeFileSync(join(folder, 'file'), '');
    const [first] = lines(checkStorage(settingsOf('storage: {directory: file/below}')));
    expect(first).toMatch(/^broken storage.folder: .*file\/below cannot be looked at: ENOTDIR/);
    expect(lines(checkStorage(settingsOf('storage: {directory: file}')))[0]).toMatch(
      /^broken storage.folder: .*\/file is no folder -> name another storage.directory/,
    );
  });

  test('one that others may read', () => {
    chmodSync(join(folder, 'storage'), 0o755);
    expect(lines(checkStorage(settingsOf()))[0]).toMatch(
      /^warning storage.folder: .* is open to other users \(mode 0755\).* -> chmod 700 /,
    );
  });

  test('one that a supervisor has', async () => {
    const lock = await lockStorage(join(folder, 'storage'));
    expect(lines(checkStorage(settingsOf()))).toContain(
      `ok storage.lock: the supervisor that runs as process ${process.pid} has the storage folder`,
    );
    if (lock.kind === 'locked') lock.release();
    expect(lock.kind).toBe('locked');
  });

  test('state that is damaged, once and for good', () => {
    const path = join(folder, 'storage/state.json');
    const file = durableFile(path, (json) => json);
    file.write({ n: 1 });
    file.write({ n: 2 });
    truncateSync(path);
    const state = () => only(checkStorage(settingsOf()), 'storage.state');
    expect(state()).toEqual([
      expect.stringMatching(/^warning storage.state: .*state.json is damaged; its previous/),
    ]);
    truncateSync(`${path}.previous`);
    expect(state()).toEqual([
      expect.stringMatching(
        /^broken storage.state: .*state.json and its previous version are damaged -> check the disk/,
      ),
    ]);
  });

  test('a disk that is nearly full', () => {
    const disk = (freeMiB: number, freeFiles = 10_000) => ({
      bavail: freeMiB,
      bsize: 1_024 * 1_024,
      files: 20_000,
      ffree: freeFiles,
    });
    const space = (...of: Parameters<typeof disk>) =>
      only(
        checkStorage(settingsOf(), () => disk(...of)),
        'storage.space',
      );
    expect(space(10)).toEqual([
      expect.stringMatching(/^broken storage.space: 10 MiB are free .* -> make room/),
    ]);
    expect(space(100)).toEqual([expect.stringMatching(/^warning storage.space: 100 MiB are free/)]);
    expect(space(9_000, 12)).toEqual([
      expect.stringMatching(/^broken storage.space: .*room for 12 files more/),
    ]);
    expect(space(9_000)).toEqual([expect.stringMatching(/^ok storage.space/)]);
  });
});

describe.skipIf(process.platform === 'win32')('secrets', () => {
  const check = (text: string, mode = 0o600) => {
    const settings = settingsOf(text);
    const file = join(folder, 'supervisor.yaml');
    chmodSync(file, mode);
    return lines(checkSecrets(settings, file));
  };
  const WITH_TOKEN = 'server: {endpoint: "wss://h", headers: {Authorization: Bearer x}}\n';

  test('in order', () => {
    expect(check(WITH_TOKEN)).toEqual([expect.stringMatching(/^ok secrets/)]);
    expect(check('', 0o644)).toEqual([expect.stringMatching(/^ok secrets/)]);
  });

  test('settings with a token that everybody may read', () => {
    expect(check(WITH_TOKEN, 0o644)).toEqual([
      expect.stringMatching(
        /^warning secrets: .*supervisor.yaml holds secrets and can be read by every user .*0644.* -> chmod o-r /,
      ),
    ]);
  });

  test('settings that everybody may change', () => {
    expect(check('', 0o666)).toEqual([
      expect.stringMatching(
        /^broken secrets: .*supervisor.yaml holds settings and can be changed by every user .* -> chmod o-w /,
      ),
    ]);
  });

  test('files with a token or a key that everybody may read', () => {
    for (const name of ['token', 'key.pem', 'cert.pem'])
      writeFileSync(join(folder, name), '-----BEGIN X-----', { mode: 0o644 });
    const text =
      'server: {endpoint: "wss://h", auth: bearertokenauth, tls: {cert_file: cert.pem, key_file: key.pem}}\nextensions: {bearertokenauth: {filename: token}}\n';
    expect(check(text)).toEqual([
      expect.stringMatching(/^warning secrets: .*key.pem holds a secret/),
      expect.stringMatching(/^warning secrets: .*token holds a secret/),
    ]);
  });

  test('a program that everybody may replace', () => {
    writeFileSync(join(folder, 'otelcol'), '', { mode: 0o755 });
    chmodSync(join(folder, 'otelcol'), 0o777);
    expect(check('')).toEqual([
      expect.stringMatching(/^broken secrets: .*otelcol holds the program of an agent and can be changed/),
    ]);
  });
});

describe('program', () => {
  const unusable: AgentCheck = { kind: 'unusable', message: 'it said something' };
  const check = (executable = './otelcol', result: AgentCheck = unusable) => {
    const [agent] = settingsOf(`agent: {executable: ${executable}}\n`).agents;
    return agent === undefined ? [] : lines(checkProgram(agent, result));
  };
  const program = (content: string | Buffer, mode = 0o755) =>
    writeFileSync(join(folder, 'otelcol'), content, { mode });

  test('in order', () => {
    const facts = { name: 'otelcol', version: '0.149.0', components: undefined };
    expect(check('./otelcol', { kind: 'nothing_to_run', facts })).toEqual([
      `ok program: agent: ${folder}/otelcol is otelcol 0.149.0`,
      'ok config: agent: there is no local configuration; the agent waits for one from the server',
    ]);
    expect(check('./otelcol', { kind: 'invalid', facts, files: [], message: 'unknown key' })[1]).toMatch(
      /^broken config: agent: the program refuses its local configuration: unknown key -> correct .*effective.yaml/,
    );
  });

  test('one that is not there', () => {
    expect(check()).toEqual([
      `broken program: agent: ${folder}/otelcol does not exist -> install it there, or correct executable`,
      'skipped config: agent: the program cannot be asked about its configuration',
    ]);
    expect(check('no-such-program-anywhere')[0]).toMatch(/is nowhere on the path -> install it/);
  });

  test('one that is a folder', () => {
    mkdirSync(join(folder, 'otelcol'));
    expect(check()[0]).toMatch(/otelcol is no file -> name the program itself/);
  });

  test.skipIf(process.platform === 'win32')('one that may not be run', () => {
    program('#!/bin/sh\n', 0o644);
    expect(check()[0]).toMatch(/otelcol may not be run by this user -> chmod \+x/);
  });

  test('one that was built for another machine', () => {
    const elf = Buffer.alloc(64);
    elf.write('\x7fELF', 'latin1');
    elf[5] = 1;
    elf.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
    program(elf);
    expect(check()[0]).toMatch(
      /^broken program: agent: .*otelcol is built for Linux \w+, and this host is \w+ \w+ -> install the build for this host$/,
    );
    program('MZ'.padEnd(64));
    if (process.platform !== 'win32') expect(check()[0]).toContain('is built for Windows');
  });

  test('one that fails otherwise says so itself', () => {
    program('#!/bin/sh\nexit 3\n');
    expect(check()[0]).toMatch(/^broken program: agent: it said something -> run it by hand/);
  });
});

describe('ports', () => {
  const facts = { name: 'otelcol', version: '1', components: undefined };
  const configured = (config: string): AgentCheck => ({
    kind: 'valid',
    facts,
    files: [{ name: 'effective.yaml', body: config, contentType: 'text/yaml' }],
  });
  const check = async (config: string, port = 0) => {
    const [agent] = settingsOf(`agent: {executable: ./otelcol, opamp_server_port: ${port}}\n`).agents;
    return agent === undefined ? [] : lines(await checkAgentPorts(agent, configured(config), {}));
  };
  async function taken() {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return {
      port: typeof address === 'object' && address !== null ? address.port : 0,
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
    };
  }
  const otlpOn = (endpoint: string) => `receivers: {otlp: {protocols: {grpc: {endpoint: "${endpoint}"}}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp]}}
`;

  test('one of the configuration that is taken, and by whom', async () => {
    await using other = await taken();
    expect(await check(otlpOn(`127.0.0.1:${other.port}`))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^broken ports: agent: receivers::otlp::protocols::grpc: 127.0.0.1:${other.port} is taken by ${process.platform === 'linux' ? `process ${process.pid} ` : ''}.* -> end what listens there`,
        ),
      ),
    ]);
  });

  test('the one for the opamp extension', async () => {
    await using other = await taken();
    expect((await check('service: {telemetry: {metrics: {level: none}}}', other.port))[0]).toContain(
      `opamp_server_port: 127.0.0.1:${other.port} is taken`,
    );
  });

  test('an address that this host does not have', async () => {
    expect((await check(otlpOn('192.0.2.1:4317')))[0]).toMatch(
      /this host has no address 192.0.2.1 -> name an address of this host/,
    );
  });

  test('free ones are listed', async () => {
    const { port } = await taken().then(async (other) => {
      await other[Symbol.asyncDispose]();
      return other;
    });
    expect(await check(otlpOn(`127.0.0.1:${port}`))).toEqual([`ok ports: agent: free: 127.0.0.1:${port}`]);
  });

  test('an agent that runs has its ports', async () => {
    await using other = await taken();
    durableFile(join(folder, 'storage/process.json'), (json) => json).write({
      launchId: 'x',
      identity: identityOf(process.pid),
      localPort: 1,
      localToken: 'x',
      probePort: 0,
      inputsHash: 'x',
      launchHash: 'x',
    });
    expect(await check(otlpOn(`127.0.0.1:${other.port}`))).toEqual([
      `skipped ports: agent: the agent runs as process ${process.pid} and has its ports`,
    ]);
  });

  test('that of the local interface', async () => {
    await using other = await taken();
    const settings = settingsOf(`healthcheck: {endpoint: "127.0.0.1:${other.port}"}\n`);
    expect(lines(await checkOwnPort(settings, undefined))[0]).toMatch(
      /^broken ports: healthcheck.endpoint: 127.0.0.1:\d+ is taken by .* -> choose another port, or leave the key out$/,
    );
    expect(lines(await checkOwnPort(settings, 12))[0]).toMatch(/^skipped ports/);
  });
});
