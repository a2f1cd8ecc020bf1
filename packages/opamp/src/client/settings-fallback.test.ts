import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OpampError } from '../errors.ts';
import { ConnectionSettingsStatuses } from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import type { OpampClientOptions } from './client-options.ts';
import { type ClientStateStore, fileStateStore } from './client-state.ts';
import { SettingsFallback } from './settings-fallback.ts';

const { ConnectionSettingsStatuses_APPLYING: APPLYING } = ConnectionSettingsStatuses;
const { ConnectionSettingsStatuses_APPLIED: APPLIED } = ConnectionSettingsStatuses;
const { ConnectionSettingsStatuses_FAILED: FAILED } = ConnectionSettingsStatuses;

const refused = new OpampError('unauthorized', 'no');
const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const untrusted = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
const throttled = new OpampError('throttled', 'later');

describe('settings that lead nowhere', () => {
  /** What happens when this error goes on for half an hour. */
  function fallsBack(offered: 'none' | 'same_server' | 'other_server', error: Error, afterMs = 900_000) {
    let nowMs = 0;
    const at: number[] = [];
    const fallback = new SettingsFallback({
      afterMs,
      now: () => nowMs,
      offered: () => offered,
      fallBack: () => at.push(nowMs),
    });
    for (; nowMs <= 1_860_000; nowMs += 30_000) fallback.failed(error);
    return at;
  }

  test.each([
    ['other_server', away, [900_000, 1_800_000]],
    ['other_server', refused, [900_000, 1_800_000]],
    ['other_server', throttled, []],
    ['same_server', refused, [900_000, 1_800_000]],
    ['same_server', untrusted, [900_000, 1_800_000]],
    ['same_server', away, []],
    ['same_server', throttled, []],
    ['none', refused, []],
  ] as const)('to %s, because of %s, are given up for a while at %s', (offered, error, at) => {
    expect(fallsBack(offered, error)).toEqual(at);
  });

  test('are never given up where that is switched off', () => {
    expect(fallsBack('other_server', refused, 0)).toEqual([]);
  });

  test('have all their time again after a connection', () => {
    let nowMs = 0;
    const at: number[] = [];
    const fallback = new SettingsFallback({
      afterMs: 100,
      now: () => nowMs,
      offered: () => 'other_server',
      fallBack: () => at.push(nowMs),
    });
    fallback.failed(refused);
    nowMs = 99;
    fallback.failed(refused);
    fallback.connected();
    nowMs = 150;
    fallback.failed(refused);
    nowMs = 249;
    fallback.failed(refused);
    expect(at).toEqual([]);
    nowMs = 250;
    fallback.failed(refused);
    expect(at).toEqual([250]);
  });
});

let folder: string;
let stateStore: ClientStateStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opamp-fallback-'));
  stateStore = fileStateStore(join(folder, 'state.json'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each<Transport>(['websocket', 'http'])('accepted settings over %s', (transport) => {
  const agent = {
    capabilities: ['AcceptsOpAMPConnectionSettings', 'ReportsConnectionSettingsStatus'],
    settingsFallbackMs: 1,
    settingsTrialMs: 60_000,
  } satisfies Partial<OpampClientOptions>;

  test('that refuse the agent for long give way to its own, are reported, and may be offered once more', async () => {
    await using own = await startFakeServer(transport);
    await using offered = await startFakeServer(transport);
    stateStore.save({
      configuredUrl: own.url,
      settings: { url: offered.url, headers: { Authorization: 'Bearer old' } },
      settingsStatus: { hash: '07', status: 'applied', errorMessage: '' },
    });
    offered.refusal = { status: 401 };
    const settings = { hash: Uint8Array.of(7), opamp: { destinationEndpoint: offered.url } };
    {
      await using tested = startTestClient(own, { ...agent, stateStore });
      const arrived = await own.received.take();
      expect(arrived.headers.authorization).toBeUndefined();
      arrived.answer({ capabilities: 0x21n });
      const told = await own.received.take();
      expect(told.message.connectionSettingsStatus).toMatchObject({
        status: FAILED,
        lastConnectionSettingsHash: Uint8Array.of(7),
        errorMessage: expect.stringContaining('HTTP 401'),
      });
      expect(tested.client.url).toBe(own.url);
      expect(stateStore.load()).not.toHaveProperty('settings');
      offered.refusal = undefined;
      told.answer({ connectionSettings: settings });
      await own.received.takeWhereAnswering(({ message }) => message.agentDisconnect !== undefined);
      const again = await offered.received.take();
      expect(again.message.connectionSettingsStatus?.status).toBe(APPLYING);
      again.answer({ capabilities: 0x21n });
      const applied = await offered.received.take();
      expect(applied.message.connectionSettingsStatus?.status).toBe(APPLIED);
      applied.answer();
      own.answerRest();
      offered.answerRest();
    }
    expect(stateStore.load()?.settings).toMatchObject({ url: offered.url });
    expect(stateStore.load()?.settings).not.toHaveProperty('headers');
  });

  test('and those of the agent itself take turns while neither leads anywhere', async () => {
    await using own = await startFakeServer(transport);
    await using offered = await startFakeServer(transport);
    stateStore.save({
      configuredUrl: own.url,
      settings: { url: offered.url },
      settingsStatus: { hash: '07', status: 'applied', errorMessage: '' },
    });
    own.refusal = { status: 401 };
    offered.refusal = { status: 401 };
    await using tested = startTestClient(own, { ...agent, stateStore });
    for (let turn = 0; turn < 4; turn++)
      await tested.events.takeWhere(({ kind }) => kind === 'onConnectFailed');
    offered.refusal = undefined;
    const arrived = await offered.received.take();
    arrived.answer({ capabilities: 0x21n });
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    offered.answerRest();
    expect(tested.client.url).toBe(offered.url);
    expect(stateStore.load()?.settingsStatus?.status).toBe('applied');
  });
});

describe.each<Transport>(['websocket', 'http'])('headers that take their time, over %s', (transport) => {
  test('are waited for with each connection; where there are none, the attempt has failed', async () => {
    await using server = await startFakeServer(transport);
    let tokens = 0;
    await using tested = startTestClient(server, {
      headers: async (url) => {
        tokens++;
        if (tokens === 1) throw new Error('the token endpoint is away');
        return { Authorization: `Bearer ${tokens}`, 'X-For': url };
      },
    });
    const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onConnectFailed');
    expect((args[0] as Error).message).toBe('the token endpoint is away');
    const { headers, answer } = await server.received.take();
    expect(headers).toMatchObject({ authorization: 'Bearer 2', 'x-for': server.url });
    answer({ capabilities: 3n });
  });

  test('do not keep the client from stopping', async () => {
    await using server = await startFakeServer(transport);
    const asked = Promise.withResolvers<void>();
    const tested = startTestClient(server, {
      headers: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    await asked.promise;
    await tested[Symbol.asyncDispose]();
    expect(server.received.drain()).toEqual([]);
  });
});
