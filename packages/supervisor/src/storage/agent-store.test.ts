import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AgentRemoteConfigSchema,
  configMapToMessage,
  create,
  encodeMessage,
  newInstanceUid,
} from '@drover/opamp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentState, RemoteConfig } from './agent-state.ts';
import { agentStore } from './agent-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function config(hash: string, text: string): RemoteConfig {
  return {
    hash,
    files: new Map([['main', { body: new TextEncoder().encode(text), contentType: 'text/yaml' }]]),
  };
}

function state(): AgentState {
  return {
    instanceUid: newInstanceUid(),
    received: { config: config('bb', 'b: 1'), verdict: 'failed', errorMessage: 'no' },
    applied: config('cc', 'c: 1'),
    lastGood: config('aa', 'a: 1'),
    failed: [{ hash: 'bb', errorMessage: 'no' }],
  };
}

test('the state survives', () => {
  const saved = state();
  agentStore(folder).save(saved);
  expect(agentStore(folder).load()).toEqual(saved);
});

test('whichever single file is emptied, the uid stays', () => {
  const saved = state();
  agentStore(folder).save({ ...saved, received: undefined });
  agentStore(folder).save(saved);
  const files = readdirSync(folder);
  expect(files).toHaveLength(3);
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    truncateSync(join(folder, file));
    expect(agentStore(folder).load()?.instanceUid).toBe(saved.instanceUid);
    writeFileSync(join(folder, file), content);
  }
});

test("the uid survives the loss of both copies, in upstream's file", () => {
  const saved = state();
  agentStore(folder).save(saved);
  rmSync(join(folder, 'state.json'));
  expect(agentStore(folder).load()?.instanceUid).toBe(saved.instanceUid);
});

test("upstream's uid and last configuration are taken over", () => {
  const uid = newInstanceUid();
  const { files } = config('', 'receivers: {}');
  writeFileSync(
    join(folder, 'persistent_state.yaml'),
    `instance_id: ${uid}\nlast_remote_config_status: null\n`,
  );
  writeFileSync(
    join(folder, 'last_recv_remote_config.dat'),
    encodeMessage(
      AgentRemoteConfigSchema,
      create(AgentRemoteConfigSchema, {
        configHash: new Uint8Array([1, 255]),
        config: configMapToMessage(files),
      }),
    ),
  );
  expect(agentStore(folder).load()).toEqual({
    instanceUid: uid,
    received: { config: { hash: '01ff', files }, verdict: 'applied', errorMessage: '' },
    applied: { hash: '01ff', files },
    lastGood: { hash: '01ff', files },
    failed: [],
  });
});

test('what failed under upstream is not tried again', () => {
  const uid = newInstanceUid();
  writeFileSync(
    join(folder, 'persistent_state.yaml'),
    `instance_id: ${uid}\nlast_remote_config_status:\n  status: 3\n  last_remote_config_hash: "01ff"\n  error_message: bad exporter\n`,
  );
  writeFileSync(
    join(folder, 'last_recv_remote_config.dat'),
    encodeMessage(
      AgentRemoteConfigSchema,
      create(AgentRemoteConfigSchema, { configHash: new Uint8Array([1, 255]) }),
    ),
  );
  expect(agentStore(folder).load()).toMatchObject({
    received: { verdict: 'failed' },
    failed: [{ hash: '01ff', errorMessage: 'bad exporter' }],
  });
});

test('what upstream was still applying is applied anew, with the last good one to go back to', () => {
  writeFileSync(
    join(folder, 'persistent_state.yaml'),
    `instance_id: ${newInstanceUid()}\nlast_remote_config_status:\n  status: 2\n  last_remote_config_hash: "01ff"\n`,
  );
  for (const [name, hash] of [
    ['last_recv_remote_config.dat', [1, 255]],
    ['last_working_remote_config.dat', [2]],
  ] as const)
    writeFileSync(
      join(folder, name),
      encodeMessage(
        AgentRemoteConfigSchema,
        create(AgentRemoteConfigSchema, { configHash: new Uint8Array(hash) }),
      ),
    );
  expect(agentStore(folder).load()).toMatchObject({
    received: { verdict: 'applying', config: { hash: '01ff' } },
    applied: undefined,
    lastGood: { hash: '02' },
    failed: [],
  });
});

test.each(['', 'instance_id: nonsense\n', '{[', 'null\n'])(
  'a damaged file of upstream (%j) is no uid, and no crash',
  (text) => {
    writeFileSync(join(folder, 'persistent_state.yaml'), text);
    writeFileSync(join(folder, 'last_recv_remote_config.dat'), 'garbage');
    expect(agentStore(folder).load()).toBeUndefined();
  },
);
