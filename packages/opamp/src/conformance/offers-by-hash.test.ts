import { describe, expect, test } from 'vitest';
import { type ReportedHashes, reportedHashes } from '../server/reported-hashes.ts';
import type { Offers } from '../server/server-options.ts';
import { connectFakeAgent, describedAs, type Transport } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { encodeRemoteConfig } from '../wire/config-map.ts';
import { encodeConnectionSettings, encodePackagesAvailable } from '../wire/settings-offer.ts';

const first = { sequenceNum: 1n, capabilities: 0xffffn, agentDescription: describedAs('a') };
const packages = encodePackagesAvailable({
  tool: { version: '1', hash: Uint8Array.of(1), file: { downloadUrl: 'http://127.0.0.1/tool' } },
});
const settings = encodeConnectionSettings({
  opamp: { destinationEndpoint: 'ws://127.0.0.1:4320/v1/opamp', heartbeatIntervalSeconds: 30n },
  ownMetrics: { destinationEndpoint: 'http://127.0.0.1:4318/v1/metrics' },
});
const config = {
  hash: Uint8Array.of(7),
  encoded: encodeRemoteConfig(new Map([['', { body: Uint8Array.of(1), contentType: '' }]]), Uint8Array.of(7)),
};

interface Kind {
  readonly what: string;
  readonly field: 'remoteConfig' | 'packagesAvailable' | 'connectionSettings';
  readonly wanted: { readonly hash: Uint8Array; readonly encoded: Uint8Array };
  hashOf(reported: ReportedHashes): Uint8Array | undefined;
  status(hash: Uint8Array, isFailed: boolean): object;
}

const KINDS: readonly Kind[] = [
  {
    what: 'a remote config',
    field: 'remoteConfig',
    wanted: config,
    hashOf: ({ remoteConfig }) => remoteConfig,
    status: (lastRemoteConfigHash, isFailed) => ({
      remoteConfigStatus: { lastRemoteConfigHash, status: isFailed ? 3 : 1 },
    }),
  },
  {
    what: 'packages',
    field: 'packagesAvailable',
    wanted: packages,
    hashOf: ({ packages: hash }) => hash,
    status: (serverProvidedAllPackagesHash, isFailed) => ({
      packageStatuses: {
        serverProvidedAllPackagesHash,
        packages: { tool: { name: 'tool', status: isFailed ? 3 : 0 } },
      },
    }),
  },
  {
    what: 'connection settings',
    field: 'connectionSettings',
    wanted: settings,
    hashOf: ({ connectionSettings }) => connectionSettings,
    status: (lastConnectionSettingsHash, isFailed) => ({
      connectionSettingsStatus: { lastConnectionSettingsHash, status: isFailed ? 3 : 1 },
    }),
  },
];

describe.each<Transport>(['websocket', 'http'])('a host that compares hashes, over %s', (transport) => {
  test.each(KINDS)('offers $what to an agent with another hash, and not to one with this', async (kind) => {
    const { field, wanted, hashOf, status } = kind;
    await using server = await startTestServer();
    server.wanted = (session): Offers | undefined => {
      const hash = hashOf(reportedHashes(session.parts));
      return hash !== undefined && Buffer.compare(hash, wanted.hash) === 0
        ? undefined
        : { [field]: wanted.encoded };
    };
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const stale = await agent.exchange({ ...first, ...status(Uint8Array.of(0), false) });
    expect(stale[field]).toBeDefined();
    const hash = hashIn(stale[field]);
    expect(hash).toEqual(wanted.hash);
    // The verdict does not matter, only the hash; and from here on there is quiet.
    const failed = await agent.exchange({
      sequenceNum: 2n,
      capabilities: 0xffffn,
      ...status(wanted.hash, true),
    });
    expect(failed[field]).toBeUndefined();
    for (let sequenceNum = 3n; sequenceNum < 13n; sequenceNum++) {
      const answer = await agent.exchange({ sequenceNum, capabilities: 0xffffn, health: {} });
      expect([answer[field], answer.flags & 1n]).toEqual([undefined, 0n]);
    }
    await using other = await connectFakeAgent(transport, server.url(transport));
    expect((await other.exchange({ ...first, ...status(wanted.hash, false) }))[field]).toBeUndefined();
  });

  test('only the newest of what was wanted between two messages is offered, once', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent('http', server.url('http'));
    await agent.exchange(first);
    for (const number of [1, 2, 3]) {
      const remoteConfig = encodeRemoteConfig(new Map(), Uint8Array.of(number));
      server.wanted = () => ({ remoteConfig });
      server.opamp.push([agent.uid]);
    }
    const poll = (sequenceNum: bigint) => agent.exchange({ sequenceNum, capabilities: 0xffffn });
    expect((await poll(2n)).remoteConfig?.configHash).toEqual(Uint8Array.of(3));
    expect((await poll(3n)).remoteConfig).toBeUndefined();
  });
});

function hashIn(offer: object | undefined): unknown {
  const { configHash, allPackagesHash, hash } = (offer ?? {}) as Record<string, unknown>;
  return configHash ?? allPackagesHash ?? hash;
}
