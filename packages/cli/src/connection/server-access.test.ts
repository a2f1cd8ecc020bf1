import { mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CliError } from '../failure.ts';
import { DEFAULT_URL, resolveAccess } from './server-access.ts';
import { storedLoginPath, writeStoredLogin } from './stored-login.ts';

function environment(stored?: { url: string; token: string }): Record<string, string> {
  const env = { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'drover-cli-')) };
  if (stored !== undefined) writeStoredLogin(storedLoginPath(env), stored);
  return env;
}

describe('resolveAccess', () => {
  it('goes to the default server without a token where nothing is known', () => {
    expect(resolveAccess({}, environment())).toEqual({ url: DEFAULT_URL, token: undefined });
  });

  it('uses what was stored', () => {
    const stored = { url: 'https://drover.example.com', token: 't1' };
    expect(resolveAccess({}, environment(stored))).toEqual(stored);
  });

  it('lets the environment win over what was stored, and flags over both', () => {
    const env = {
      ...environment({ url: 'http://a', token: 'stored' }),
      DROVER_URL: 'http://b',
      DROVER_TOKEN: 'env',
    };
    expect(resolveAccess({}, env)).toEqual({ url: 'http://b', token: 'env' });
    expect(resolveAccess({ url: 'http://c/', token: 'flag' }, env)).toEqual({
      url: 'http://c',
      token: 'flag',
    });
  });

  it('never sends the stored token to another server', () => {
    const env = environment({ url: 'http://a', token: 'stored' });
    expect(resolveAccess({ url: 'http://b' }, env).token).toBeUndefined();
    expect(resolveAccess({}, { ...env, DROVER_URL: 'http://b' }).token).toBeUndefined();
    expect(resolveAccess({ url: 'http://a' }, env).token).toBe('stored');
  });

  it("reads the admin token from the server's data folder", () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'drover-cli-'));
    writeFileSync(join(dataDir, 'admin-token'), 'admin\n');
    expect(resolveAccess({ dataDir }, environment()).token).toBe('admin');
    expect(() => resolveAccess({ dataDir: join(dataDir, 'none') }, environment())).toThrow(/admin token/);
  });

  it.each([
    ['ws://127.0.0.1:4320/v1/opamp', 'OpAMP endpoint'],
    ['drover.example.com', 'is not a URL'],
    ['ftp://x', 'http:// or https://'],
  ])('refuses the URL %s', (url, expected) => {
    expect(() => resolveAccess({ url }, environment())).toThrow(expected);
  });

  it('says what to do where the stored file is damaged', () => {
    const env = environment();
    mkdirSync(join(env.XDG_CONFIG_HOME ?? '', 'drover'));
    writeFileSync(storedLoginPath(env), '{"url": 3}');
    expect(() => resolveAccess({}, env)).toThrow(CliError);
    expect(() => resolveAccess({}, env)).toThrow(/log in again/);
  });
});

describe('writeStoredLogin', () => {
  it('makes a file that only its owner can read, also where one was open to all', () => {
    const env = environment();
    const path = storedLoginPath(env);
    mkdirSync(join(env.XDG_CONFIG_HOME ?? '', 'drover'));
    writeFileSync(path, '{}', { mode: 0o644 });
    writeStoredLogin(path, { url: 'http://a', token: 't' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
