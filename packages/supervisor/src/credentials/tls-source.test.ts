import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TlsSettings } from '../settings/settings.ts';
import { tlsSource } from './tls-source.ts';

const pem = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../opamp/src/testing/tls/${name}.pem`, import.meta.url)), 'utf8');

let folder: string;
let problems: string[];
let times: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-tls-'));
  problems = [];
  times = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const plain = { includesSystemCa: false, insecureSkipVerify: false, reloadIntervalMs: 0 };
const onProblem = (message: string) => problems.push(message);

/** Each write has a time of its own, however fast they follow. */
function put(name: string, content: string) {
  const path = join(folder, name);
  writeFileSync(path, content);
  times += 1_000;
  utimesSync(path, times, times);
  return { kind: 'file' as const, path };
}

test('files are read anew for the next connection when they have changed', () => {
  const settings: TlsSettings = { ...plain, ca: put('ca', pem('ca-cert')) };
  const source = tlsSource(settings, { now: Date.now, onProblem });
  expect(source()).toEqual({ ca: pem('ca-cert'), insecureSkipVerify: false });
  put('ca', pem('agent-ca-cert'));
  expect(source().ca).toBe(pem('agent-ca-cert'));
});

test('but no sooner than the reload interval says', () => {
  let nowMs = 0;
  const settings: TlsSettings = { ...plain, reloadIntervalMs: 1_000, ca: put('ca', pem('ca-cert')) };
  const source = tlsSource(settings, { now: () => nowMs, onProblem });
  source();
  put('ca', pem('agent-ca-cert'));
  nowMs = 999;
  expect(source().ca).toBe(pem('ca-cert'));
  nowMs = 1_000;
  expect(source().ca).toBe(pem('agent-ca-cert'));
});

test('a certificate and its key change together: half a rotation is not used', () => {
  const settings: TlsSettings = {
    ...plain,
    cert: put('cert', pem('agent-cert')),
    key: put('key', pem('agent-key')),
  };
  const source = tlsSource(settings, { now: Date.now, onProblem });
  const before = { cert: pem('agent-cert'), key: pem('agent-key') };
  expect(source()).toMatchObject(before);
  put('cert', pem('server-cert'));
  expect(source()).toMatchObject(before);
  expect(problems).toEqual([expect.stringContaining('do not belong together')]);
  put('key', pem('server-key'));
  expect(source()).toMatchObject({ cert: pem('server-cert'), key: pem('server-key') });
});

test('a file that is gone or no PEM serves on as it was', () => {
  const ca = put('ca', pem('ca-cert'));
  const source = tlsSource({ ...plain, ca }, { now: Date.now, onProblem });
  source();
  put('ca', 'being written');
  expect(source().ca).toBe(pem('ca-cert'));
  rmSync(ca.path);
  expect(source().ca).toBe(pem('ca-cert'));
  expect(problems).toHaveLength(2);
});

test("the system's authorities may stand beside the given one", () => {
  const ca = { kind: 'text' as const, pem: pem('ca-cert') };
  const { ca: given = '' } = tlsSource(
    { ...plain, includesSystemCa: true, ca },
    { now: Date.now, onProblem },
  )();
  expect(given.startsWith(pem('ca-cert'))).toBe(true);
});

test('the rest is as the settings say', () => {
  const settings: TlsSettings = {
    ...plain,
    insecureSkipVerify: true,
    serverName: 'fleet',
    minVersion: '1.3',
    maxVersion: '1.3',
    ciphers: ['TLS_AES_128_GCM_SHA256'],
  };
  expect(tlsSource(settings, { now: Date.now, onProblem })()).toEqual({
    insecureSkipVerify: true,
    serverName: 'fleet',
    minVersion: '1.3',
    maxVersion: '1.3',
    ciphers: ['TLS_AES_128_GCM_SHA256'],
  });
});
