import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConnectionSettingsOffersSchema, PackagesAvailableSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage } from './codec.ts';
import { encodeConnectionSettings, encodePackagesAvailable } from './settings-offer.ts';

describe('encoded offers', () => {
  test('the hash of settings does not depend on the order of names, and covers each part', () => {
    const [a, b] = [{ destinationEndpoint: 'a' }, { otherSettings: { x: '1', y: '2' } }];
    const one = encodeConnectionSettings({ otherConnections: { a, b } });
    const other = encodeConnectionSettings({
      otherConnections: { b: { otherSettings: { y: '2', x: '1' } }, a },
    });
    expect(one.hash).toEqual(other.hash);
    expect(one.hash).toHaveLength(32);
    expect(decodeMessage(ConnectionSettingsOffersSchema, one.encoded)).toMatchObject({
      message: { hash: one.hash },
    });
    const hashes = [
      one,
      encodeConnectionSettings({ otherConnections: { a } }),
      encodeConnectionSettings({ otherConnections: { a: b, b: a } }),
      encodeConnectionSettings({ ownLogs: { destinationEndpoint: 'http://a' } }),
      encodeConnectionSettings({ ownTraces: { destinationEndpoint: 'http://a' } }),
    ].map(({ hash }) => Buffer.from(hash).toString('hex'));
    expect(new Set(hashes).size).toBe(5);
  });

  test.each(['', 'ftp://host/', 'host:4320'])(
    'OpAMP settings with the endpoint "%s" are refused',
    (destinationEndpoint) => {
      expect(() => encodeConnectionSettings({ opamp: { destinationEndpoint } })).toThrow(RangeError);
    },
  );

  test.each(['host:4318', 'ws://host/v1/metrics'])(
    'telemetry of the agent’s own with the endpoint "%s" is refused',
    (destinationEndpoint) => {
      for (const name of ['ownMetrics', 'ownTraces', 'ownLogs'])
        expect(() => encodeConnectionSettings({ [name]: { destinationEndpoint } })).toThrow(RangeError);
    },
  );

  test('telemetry of the agent’s own with no endpoint ends what was offered before, and is there on the wire', () => {
    const { encoded } = encodeConnectionSettings({ ownMetrics: { destinationEndpoint: '' } });
    const decoded = decodeMessage(ConnectionSettingsOffersSchema, encoded);
    expect(decoded).toMatchObject({ message: { ownMetrics: { destinationEndpoint: '' } } });
  });

  test('a certificate that cannot be read, or comes without the authority that signed it, is refused', () => {
    const pem = (name: string) =>
      new Uint8Array(readFileSync(new URL(`../testing/${name}.pem`, import.meta.url)));
    const offer = (cert: Uint8Array, caCert = new Uint8Array()) =>
      encodeConnectionSettings({
        opamp: { destinationEndpoint: 'ws://host/', certificate: { cert, caCert } },
        otherConnections: { kafka: { certificate: { cert, caCert } } },
      });
    expect(() => offer(Uint8Array.of(1))).toThrow('cannot be read');
    expect(() => offer(pem('tls/agent-cert'))).toThrow('authority');
    expect(offer(pem('tls/agent-cert'), pem('tls/agent-ca-cert')).hash).toHaveLength(32);
    expect(offer(pem('localhost-cert')).hash).toHaveLength(32);
  });

  test('OpAMP settings always have a heartbeat interval, unless 0 is what is meant', () => {
    const intervalOf = (heartbeatIntervalSeconds?: bigint) => {
      const opamp = {
        destinationEndpoint: 'ws://host/',
        ...(heartbeatIntervalSeconds === undefined ? {} : { heartbeatIntervalSeconds }),
      };
      const decoded = decodeMessage(
        ConnectionSettingsOffersSchema,
        encodeConnectionSettings({ opamp }).encoded,
      );
      return decoded.kind === 'message' ? decoded.message.opamp?.heartbeatIntervalSeconds : undefined;
    };
    expect([intervalOf(), intervalOf(0n), intervalOf(7n)]).toEqual([30n, 0n, 7n]);
  });

  test('a package has a hash over all its other fields, unless it is given one', () => {
    const file = { downloadUrl: 'http://host/a', contentHash: Uint8Array.of(1) };
    const variants = [
      { version: '1', file },
      { version: '2', file },
      { version: '1', type: 1, file },
      { version: '1', file: { ...file, contentHash: Uint8Array.of(2) } },
      { version: '1', file: { ...file, downloadUrl: 'http://host/b' } },
      { version: '1', file: { ...file, signature: Uint8Array.of(1) } },
    ];
    const hashOf = (each: object) => {
      const decoded = decodeMessage(PackagesAvailableSchema, encodePackagesAvailable({ a: each }).encoded);
      return decoded.kind === 'message'
        ? Buffer.from(decoded.message.packages.a?.hash ?? []).toString('hex')
        : '';
    };
    const hashes = variants.map(hashOf);
    expect(new Set(hashes).size).toBe(variants.length);
    expect(hashes[0]).toBe(hashOf({ version: '1', file }));
    expect(hashes[0]).toHaveLength(64);
    expect(hashOf({ version: '1', hash: Uint8Array.of(7), file })).toBe('07');
  });

  test('packages have an aggregate hash over names and content', () => {
    const [a, b] = [{ version: '1' }, { version: '2' }];
    const one = encodePackagesAvailable({ a, b });
    expect(one.hash).toEqual(encodePackagesAvailable({ b, a }).hash);
    expect(one.hash).not.toEqual(encodePackagesAvailable({ a: b, b: a }).hash);
    expect(encodePackagesAvailable({}).hash).toHaveLength(32);
    expect(decodeMessage(PackagesAvailableSchema, one.encoded)).toMatchObject({
      message: { allPackagesHash: one.hash },
    });
  });
});
