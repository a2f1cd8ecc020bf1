import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { problemLines, readSettings, type SettingsInput } from './settings.ts';
import { settingRows } from './settings-reference.ts';

const folder = mkdtempSync(join(tmpdir(), 'drover-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(path, text);
  return path;
}

function linesOf(input: Partial<SettingsInput>): string[] {
  const outcome = readSettings({ env: {}, ...input });
  return outcome.kind === 'invalid' ? problemLines(outcome.problems) : [];
}

function settingsOf(input: Partial<SettingsInput>) {
  const outcome = readSettings({ env: {}, ...input });
  if (outcome.kind === 'invalid') throw new Error(problemLines(outcome.problems).join('\n'));
  return outcome.settings;
}

describe('settings', () => {
  it('need no file', () => {
    const settings = settingsOf({});
    expect(settings.opamp.listen).toEqual({ host: '127.0.0.1', port: 4320 });
    expect(settings.http.listen).toEqual({ host: '127.0.0.1', port: 4321 });
    expect(settings.dataDir).toBe('./drover-data');
    expect(settings.opamp.maxMessageBytes).toBe(4 * 1024 * 1024);
    expect(settings.agents).toMatchObject({ forgetAfter: 30 * 86_400_000, eventsKept: 200 });
  });

  it('are frozen to the last leaf', () => {
    const settings = settingsOf({});
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.opamp.listen)).toBe(true);
  });

  it('weigh flags over variables over the file', () => {
    const configFile = fileOf(
      'opamp: {listen: "127.0.0.1:1"}\nhttp: {listen: "127.0.0.1:2"}\ndataDir: file\n',
    );
    const settings = settingsOf({
      configFile,
      env: { DROVER_OPAMP_LISTEN: '127.0.0.1:11', DROVER_HTTP_LISTEN: '127.0.0.1:12' },
      flags: { 'opamp.listen': { flag: '--opamp-listen', value: '127.0.0.1:21' } },
    });
    expect([settings.opamp.listen.port, settings.http.listen.port, settings.dataDir]).toEqual([
      21,
      12,
      'file',
    ]);
  });

  it('name every problem at once, each with key, place and what was expected', () => {
    const configFile = fileOf(
      'opamp:\n  listn: x\n  maxMessageBytes: 4 bananas\n  tls: {certFile: a}\nagents: {forgetAfter: 30}\n',
    );
    const lines = linesOf({
      configFile,
      env: { DROVER_HTTP_LISTENN: 'x', DROVER_CONFIGS_MAX_BYTES: 'much' },
      flags: { 'http.listen': { flag: '--http-listen', value: 'nowhere' } },
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        `${configFile}:2:3: opamp.listn: no such setting; did you mean opamp.listen?`,
        `${configFile}:3:3: opamp.maxMessageBytes: expected a size such as 4MiB or 65536, got "4 bananas"`,
        `${configFile}:4:3: opamp.tls.keyFile: expected text that is not empty, got nothing`,
        `${configFile}:5:10: agents.forgetAfter: expected a duration such as 500ms, 90s, 1h30m or 30d, got 30`,
        'environment variable DROVER_HTTP_LISTENN: no setting has this variable; did you mean DROVER_HTTP_LISTEN?',
        'environment variable DROVER_CONFIGS_MAX_BYTES: configs.maxBytes: expected a size such as 4MiB or 65536, got "much"',
        'flag --http-listen: http.listen: expected host:port such as 127.0.0.1:4320, got "nowhere"',
      ]),
    );
    expect(lines).toHaveLength(7);
  });

  it('point at line and column where the file is no YAML', () => {
    const configFile = fileOf('opamp:\n  listen: "127.0.0.1:1\nhttp: {}\n');
    expect(linesOf({ configFile })[0]).toMatch(/:\d+:\d+: the YAML cannot be read: /);
  });

  it('refuse keys that stand twice', () => {
    const configFile = fileOf('dataDir: a\ndataDir: b\n');
    expect(linesOf({ configFile })[0]).toMatch(/:2:1: the YAML cannot be read: .*unique/i);
  });

  it('refuse a file that is no mapping or cannot be read', () => {
    expect(linesOf({ configFile: fileOf('- a\n') })[0]).toMatch(/expected a mapping/);
    expect(linesOf({ configFile: join(folder, 'absent.yaml') })[0]).toMatch(/cannot be read/);
  });

  it('take an empty file and empty sections as nothing said', () => {
    expect(settingsOf({ configFile: fileOf('') }).log.level).toBe('info');
    expect(settingsOf({ configFile: fileOf('log:\nopamp:\n') }).log.level).toBe('info');
  });

  it('leave enrolment open on loopback only', () => {
    expect(settingsOf({}).agents.enrolment).toBe('open');
    expect(settingsOf({ env: { DROVER_OPAMP_LISTEN: '[::1]:4320' } }).agents.enrolment).toBe('open');
    expect(settingsOf({ env: { DROVER_OPAMP_LISTEN: '0.0.0.0:4320' } }).agents.enrolment).toBe('token');
    expect(settingsOf({ env: { DROVER_OPAMP_LISTEN: ':4320' } }).agents.enrolment).toBe('token');
  });

  it('refuse what cannot work together', () => {
    expect(linesOf({ env: { DROVER_AGENTS_ENROLMENT: 'approval' } })).toEqual([]);
    expect(linesOf({ env: { DROVER_AGENTS_HEARTBEAT_INTERVAL: '91s' } })[0]).toMatch(/agents\.staleAfter/);
    expect(linesOf({ env: { DROVER_AGENTS_ENROLMENT: 'mtls' } })[0]).toMatch(/opamp\.tls\.clientCaFile/);
    expect(linesOf({ env: { DROVER_HTTP_LISTEN: '127.0.0.1:4320' } })[0]).toMatch(/each needs its own/);
  });

  it('never show a secret in a message', () => {
    const lines = linesOf({
      env: { DROVER_AUTH_ADMIN_TOKEN: 'hunter2', DROVER_DATABASE_URL: 'mysql://u:pw@h/d' },
    });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/hunter2|pw@/);
  });

  it("leave other programs' variables alone", () => {
    expect(linesOf({ env: { DROVER_URL: 'x', DROVER_TOKEN: 'y', DROVER_TEST_POSTGRES_URL: 'z' } })).toEqual(
      [],
    );
  });

  it('have one variable each', () => {
    const variables = settingRows().map((row) => row.variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toContain('DROVER_OPAMP_MAX_MESSAGE_BYTES');
    expect(variables).toContain('DROVER_AUTH_ADMIN_TOKEN');
  });
});
