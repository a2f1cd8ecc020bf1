import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newInstanceUid } from '@drover/opamp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { announcedCapabilities } from '../../settings/capabilities.ts';
import type { RemoteConfig } from '../../storage/agent-state.ts';
import { agentStore } from '../../storage/agent-store.ts';
import { collectorAdapter } from './collector-adapter.ts';

let outer: string;
let folder: string;
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'drover-files-'));
  folder = join(outer, 'a', 'storage');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(outer, { recursive: true }));

function remote(files: Readonly<Record<string, string>>): RemoteConfig {
  const encoder = new TextEncoder();
  const entries = Object.entries(files).map(
    ([name, text]) => [name, { body: encoder.encode(text), contentType: 'text/yaml' }] as const,
  );
  return { hash: 'aa', files: new Map(entries) };
}

async function composed(files: Readonly<Record<string, string>>) {
  const instanceUid = newInstanceUid();
  const adapter = collectorAdapter({
    settings: {
      kind: 'collector',
      name: 'agent',
      executable: '/no/such/otelcol',
      args: [],
      env: {},
      instanceUid,
      layers: [],
      lockedConfig: [],
      policies: [],
      runAs: undefined,
      limits: { memoryBytes: undefined, cpus: undefined, tasks: undefined, openFiles: undefined },
      standaloneConfig: join(outer, 'effective.yaml'),
      identifyingAttributes: {},
      nonIdentifyingAttributes: {},
      asksCloudMetadata: false,
      fallbackConfigs: [],
      runtimeFallbackAfterMs: 0,
      ownMetricsIntervalMs: 10_000,
      includeResourceAttributes: false,
      usesReload: true,
      dataCheck: undefined,
      capabilities: announcedCapabilities(undefined, 'collector'),
      localPort: 0,
      storageFolder: folder,
      startLimitMs: 1_000,
      stopLimitMs: 1_000,
      stabilityWindowMs: 1_000,
      livenessLimitMs: 0,
      rollsBack: true,
      passesLogsThrough: false,
      crashLogBytes: 0,
    },
    instanceUid: () => instanceUid,
    env: process.env,
    programs: new Map(),
  });
  const ignore = () => {};
  const observer = {
    onHealth: ignore,
    onDescription: ignore,
    onEffectiveConfig: ignore,
    onLink: ignore,
    onCustomCapabilities: ignore,
    onCustomMessage: ignore,
    onLinkError: ignore,
  };
  await adapter.open(undefined, observer);
  const composition = await adapter.compose({
    instanceUid,
    remote: remote(files),
    ownTelemetry: {},
    usesFallback: false,
    isRunning: false,
    isTrial: false,
  });
  await adapter.close();
  if (composition.kind !== 'composed') throw new Error(composition.kind);
  expect(composition.files).toHaveLength(1);
  return parse(String(composition.files[0]?.body));
}

test('several files are merged in the order of their names, whatever order they came in; the nameless one last', async () => {
  const text = (winner: string) => `processors: {batch: {timeout: ${winner}}}\n`;
  expect((await composed({ b: text('2s'), a: text('1s') })).processors.batch.timeout).toBe('2s');
  expect((await composed({ '': text('3s'), b: text('2s'), a: text('1s') })).processors.batch.timeout).toBe(
    '3s',
  );
});

test('a name that looks like a path leads nowhere: nothing is written outside the storage', async () => {
  const names = ['../../evil', '/tmp/drover-evil', 'a/../../../evil', '..', 'C:\\evil', '\u0000'];
  const files = Object.fromEntries(names.map((name) => [name, 'receivers: {nop: }\n']));
  expect((await composed(files)).receivers).toEqual({ nop: null });
  const instanceUid = newInstanceUid();
  const state = { instanceUid, received: undefined, lastGood: undefined, failed: [] };
  agentStore(folder).save({ ...state, applied: remote(files) });
  expect([...(agentStore(folder).load()?.applied?.files.keys() ?? [])].toSorted()).toEqual(names.toSorted());
  expect([readdirSync(outer), readdirSync(join(outer, 'a'))]).toEqual([['a'], ['storage']]);
  expect(readdirSync(folder).every((name) => /^(state\.json|persistent_state\.yaml)/.test(name))).toBe(true);
});
