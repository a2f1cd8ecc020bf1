import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OPEN_POLICY } from '../../policy/host-policy.ts';
import { configJudge } from '../../policy/judge-config.ts';
import type { CommandSettings } from '../../settings/settings.ts';
import type { RemoteConfig } from '../../storage/agent-state.ts';
import { placeFiles } from '../../storage/config-folder.ts';
import { commandConfig } from './command-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-command-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function settings(more: Partial<CommandSettings> = {}): CommandSettings {
  return {
    kind: 'command',
    name: 'relay',
    executable: '/x',
    args: ['--config', '{config}'],
    env: {},
    instanceUid: undefined,
    standaloneConfig: join(folder, 'relay.conf'),
    identifyingAttributes: {},
    nonIdentifyingAttributes: {},
    asksCloudMetadata: false,
    capabilities: [],
    policies: [],
    runAs: undefined,
    limits: { memoryBytes: undefined, cpus: undefined, tasks: undefined, openFiles: undefined },
    fallbackConfigs: [],
    runtimeFallbackAfterMs: 0,
    livenessLimitMs: 0,
    rollsBack: true,
    passesLogsThrough: false,
    storageFolder: folder,
    startLimitMs: 1,
    stopLimitMs: 1,
    stabilityWindowMs: 1,
    crashLogBytes: 0,
    localFiles: [],
    configName: 'relay.conf',
    configDirectory: undefined,
    validateCommand: undefined,
    reload: undefined,
    versionCommand: undefined,
    health: undefined,
    healthIntervalMs: 1,
    healthLimitMs: 1,
    port: 0,
    stopSignal: 'SIGTERM',
    ...more,
  };
}

function remote(files: Readonly<Record<string, string>>): RemoteConfig {
  const encoder = new TextEncoder();
  return {
    hash: 'aa',
    files: new Map(
      Object.entries(files).map(([name, text]) => [name, { body: encoder.encode(text), contentType: '' }]),
    ),
  };
}

function given(offered: Readonly<Record<string, string>> | undefined, more: Partial<CommandSettings> = {}) {
  const own = settings(more);
  const listFile = join(folder, 'placed.json');
  const place = own.configDirectory
    ? { folder: own.configDirectory, main: own.configName, isExclusive: false, readers: undefined, listFile }
    : { folder: join(folder, 'config'), main: own.configName, isExclusive: true, readers: undefined };
  const host = {
    environment: {},
    workingFolder: '/',
    isSetAtStart: () => false,
    realPath: (path: string) => path,
  };
  const judge = configJudge(own.policies, host);
  const config = commandConfig({ settings: own, judge, place, remote: offered && remote(offered) });
  return { config, place };
}

const namesOf = (offered: Readonly<Record<string, string>>, more: Partial<CommandSettings> = {}) => {
  const { config } = given(offered, more);
  return config.kind === 'files' ? config.files.map(({ name }) => name) : config;
};

test('a single file is the one that the program is pointed at, whatever it is called', () => {
  expect(namesOf({ 'some config': 'x' })).toEqual(['relay.conf']);
  expect(namesOf({ '': 'x' })).toEqual(['relay.conf']);
});

test('of several it is the one with that name, or with none', () => {
  expect(namesOf({ 'b.lua': 'x', 'relay.conf': 'x' })).toEqual(['relay.conf', 'b.lua']);
  expect(namesOf({ 'b.lua': 'x', '': 'x' })).toEqual(['relay.conf', 'b.lua']);
  for (const offered of [
    { a: 'x', b: 'x' },
    { '': 'x', 'relay.conf': 'x' },
  ])
    expect(namesOf(offered)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('"relay.conf"'),
    });
});

test('a program that is pointed at the folder takes any', () => {
  expect(namesOf({ a: 'x', b: 'x' }, { args: ['--dir', '{config_dir}'] })).toEqual(['a', 'b']);
});

test('without a configuration there is nothing to run, save for a program that needs none', () => {
  expect(given(undefined).config).toEqual({ kind: 'nothing' });
  expect(given(undefined, { args: [] }).config).toEqual({ kind: 'files', files: [] });
});

test('in a folder that others use too, their files are neither overwritten nor removed', () => {
  const conf = join(folder, 'conf.d');
  mkdirSync(conf);
  writeFileSync(join(conf, 'theirs'), 'theirs');
  const more = { configDirectory: conf, args: ['{config_dir}'] };
  expect(given({ theirs: 'x', ours: 'x' }, more).config).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining(join(conf, 'theirs')),
  });
  const first = given({ ours: '1', more: '1' }, more);
  if (first.config.kind !== 'files') throw new Error(first.config.kind);
  placeFiles(first.config.files, first.place);
  const second = given({ ours: '2', other: '2' }, more);
  if (second.config.kind !== 'files') throw new Error(second.config.kind);
  placeFiles(second.config.files, second.place);
  expect(readFileSync(join(conf, 'ours'), 'utf8')).toBe('2');
  expect([existsSync(join(conf, 'more')), readFileSync(join(conf, 'theirs'), 'utf8')]).toEqual([
    false,
    'theirs',
  ]);
  expect(() => placeFiles([{ name: 'theirs', body: 'x', contentType: '' }], second.place)).toThrow(
    'not overwritten',
  );
});

test("the host's policy is asked, and what cannot be read as data is not let through", () => {
  const policy = { ...OPEN_POLICY, read: { allow: ['/var/log/**'], deny: [] } };
  const more = { policies: [{ path: 'policy', policy }] };
  expect(given({ main: '{"include": "/var/log/app.log"}' }, more).config.kind).toBe('files');
  expect(given({ main: '{"include": "/etc/shadow"}' }, more).config).toMatchObject({
    kind: 'forbidden',
    message: expect.stringContaining('policy.files.read.allow'),
  });
  expect(given({ main: 'key = "value"\n[section]\n' }, more).config).toMatchObject({
    kind: 'forbidden',
    message: expect.stringContaining('cannot be judged'),
  });
});
