import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secrets } from '../secrets.ts';
import { connectionStore } from './connection-store.ts';

let folder: string;
let secrets: Secrets;
beforeEach(() => {
  secrets = new Secrets();
  folder = mkdtempSync(join(tmpdir(), 'drover-connection-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const accepted = {
  configuredUrl: 'wss://a/',
  instanceUid: '0190b0b0-0000-7000-8000-000000000001',
  settings: { url: 'wss://b/', headers: { Authorization: 'Bearer token-of-offer' } },
  settingsStatus: { hash: '07', status: 'applied', errorMessage: '' },
} as const;

test('what was accepted outlives the process, for the eyes of its owner alone', () => {
  connectionStore(folder, 'f', secrets).save(accepted);
  expect(connectionStore(folder, 'f', secrets).load()).toEqual(accepted);
  expect(secrets.mask('token-of-offer is expired')).toBe('[REDACTED] is expired');
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
});

test('a settings file that says something else wins: of what was accepted the uid alone is left', () => {
  connectionStore(folder, 'f', secrets).save(accepted);
  expect(connectionStore(folder, 'g', secrets).load()).toEqual({
    configuredUrl: 'wss://a/',
    instanceUid: accepted.instanceUid,
  });
});

test('a damaged file gives way to the version before, and none at all is a first start', () => {
  expect(connectionStore(folder, 'f', secrets).load()).toBeUndefined();
  const store = connectionStore(folder, 'f', secrets);
  store.save(accepted);
  store.save({ ...accepted, settings: { url: 'wss://c/' } });
  writeFileSync(join(folder, 'connection.json'), '');
  expect(connectionStore(folder, 'f', secrets).load()).toEqual(accepted);
  expect(secrets.mask('token-of-offer is expired')).toBe('[REDACTED] is expired');
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'x');
  expect(connectionStore(folder, 'f', secrets).load()).toBeUndefined();
});
