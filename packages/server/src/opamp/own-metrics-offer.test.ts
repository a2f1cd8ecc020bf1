import { ConnectionSettingsOffersSchema, decodeMessage, newInstanceUid } from '@drover/opamp';
import { describe, expect, it, test } from 'vitest';
import { OwnMetricsTokens } from '../telemetry/own-metrics-tokens.ts';
import { encodeCredentialOffer } from './credential-offer.ts';
import { ownMetricsOffer, ownMetricsUrl } from './own-metrics-offer.ts';
import { encodeParts, hashOfParts } from './settings-parts.ts';

const tokens = new OwnMetricsTokens(Buffer.alloc(32, 1));
const uid = newInstanceUid();
const options = { tokens, url: undefined, opampPath: '/v1/opamp', caCert: 'PEM' };

test.each([
  ['ws://10.0.0.1:4320/v1/opamp', 'http://10.0.0.1:4320/v1/metrics'],
  ['https://drover.example/v1/opamp', 'https://drover.example/v1/metrics'],
  ['wss://[::1]:4320/v1/opamp', 'https://[::1]:4320/v1/metrics'],
  ['wss://example.org/drover/v1/opamp', 'https://example.org/drover/v1/metrics'],
  ['wss://example.org/opamp', 'https://example.org/v1/metrics'],
])('an agent that reached %s sends its metrics to %s', (endpoint, url) => {
  expect(ownMetricsUrl(endpoint, options)).toBe(url);
});

test('an address that is set is taken for every agent, and none is made up', () => {
  expect(ownMetricsUrl('ws://h/v1/opamp', { ...options, url: 'https://m.example/x' })).toBe(
    'https://m.example/x',
  );
  expect(ownMetricsUrl(undefined, options)).toBeUndefined();
  expect(ownMetricsOffer(uid, null, undefined, options)).toBeUndefined();
});

const contentOf = (encoded: Uint8Array) => {
  const decoded = decodeMessage(ConnectionSettingsOffersSchema, encoded);
  if (decoded.kind !== 'message') throw new Error(decoded.detail);
  return decoded.message;
};

describe('the offer', () => {
  it('is the same each time, and another for another agent or way', () => {
    const offer = ownMetricsOffer(uid, null, 'ws://h/v1/opamp', options);
    expect(ownMetricsOffer(uid, null, 'ws://h/v1/opamp', options)).toEqual(offer);
    expect(ownMetricsOffer(uid, null, 'ws://other/v1/opamp', options)?.hash).not.toBe(offer?.hash);
    expect(ownMetricsOffer(newInstanceUid(), null, 'ws://h/v1/opamp', options)?.hash).not.toBe(offer?.hash);
  });

  it('names the authority where TLS asks for it only', () => {
    const plain = ownMetricsOffer(uid, null, 'ws://h/v1/opamp', options);
    const secure = ownMetricsOffer(uid, null, 'wss://h/v1/opamp', options);
    expect(contentOf(plain?.encoded ?? new Uint8Array()).ownMetrics?.tls).toBeUndefined();
    expect(contentOf(secure?.encoded ?? new Uint8Array()).ownMetrics?.tls).toMatchObject({
      caPemContents: 'PEM',
      includeSystemCaCertsPool: true,
    });
  });
});

describe('one message of two parts', () => {
  const credential = encodeCredentialOffer('ws://h/v1/opamp', 'token', 30_000);
  const metrics = ownMetricsOffer(uid, null, 'ws://h/v1/opamp', options);
  if (metrics === undefined) throw new Error('no offer');

  it('holds both under a hash that follows from theirs', () => {
    const hash = hashOfParts(credential.hash, metrics.hash) ?? '';
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect([credential.hash, metrics.hash]).not.toContain(hash);
    const content = contentOf(encodeParts(credential, metrics, hash));
    expect(Buffer.from(content.hash).toString('hex')).toBe(hash);
    expect(content.opamp?.destinationEndpoint).toBe('ws://h/v1/opamp');
    expect(content.ownMetrics?.destinationEndpoint).toBe('http://h/v1/metrics');
  });

  it('of one part alone is that part, under its own hash or that of all settings', () => {
    expect(hashOfParts(undefined, metrics.hash)).toBe(metrics.hash);
    expect(encodeParts(undefined, metrics, metrics.hash)).toBe(metrics.encoded);
    const all = hashOfParts(credential.hash, metrics.hash) ?? '';
    const content = contentOf(encodeParts(undefined, metrics, all));
    expect(Buffer.from(content.hash).toString('hex')).toBe(all);
    expect(content.opamp).toBeUndefined();
  });
});
