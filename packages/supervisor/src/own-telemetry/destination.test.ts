import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, TelemetryConnectionSettingsSchema } from '@drover/opamp';
import { expect, test } from 'vitest';
import { offeredDestination } from './destination.ts';

const pem = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../opamp/src/testing/tls/${name}.pem`, import.meta.url)), 'utf8');
const bytes = (name: string) => new Uint8Array(Buffer.from(pem(name)));
const endpoint = 'https://telemetry.example/otlp/v1/metrics';

type Init = Parameters<typeof create<typeof TelemetryConnectionSettingsSchema>>[1];
const offered = (init: Init) =>
  offeredDestination(
    'metrics',
    create(TelemetryConnectionSettingsSchema, { destinationEndpoint: endpoint, ...init } as Init),
  );

test('endpoint, headers, authority and certificate are taken as they are offered', () => {
  const result = offered({
    headers: { headers: [{ key: 'Authorization', value: 'Bearer $x' }] },
    tls: {
      caPemContents: pem('ca-cert'),
      includeSystemCaCertsPool: true,
      minVersion: 'TLSv1.2',
      maxVersion: '1.3',
    },
    certificate: { cert: bytes('agent-cert'), privateKey: bytes('agent-key') },
  });
  expect(result).toEqual({
    kind: 'destination',
    destination: {
      endpoint,
      headers: { Authorization: 'Bearer $x' },
      ca: pem('ca-cert'),
      includesSystemCa: true,
      certificate: { cert: pem('agent-cert'), key: pem('agent-key') },
    },
  });
});

test('an empty endpoint ends what was offered before', () => {
  expect(offered({ destinationEndpoint: '' })).toEqual({ kind: 'none' });
});

test.each<[string, Init]>([
  ['no http or https URL', { destinationEndpoint: 'telemetry' }],
  ['no http or https URL', { destinationEndpoint: 'grpc://telemetry:4317' }],
  ['no http or https URL', { destinationEndpoint: 'http://' }],
  ['user name or password', { destinationEndpoint: 'https://me:secret@telemetry/' }],
  ['query', { destinationEndpoint: `${endpoint}?token=x` }],
  ['no name for a header', { headers: { headers: [{ key: 'a b', value: '' }] } }],
  ['more than one line', { headers: { headers: [{ key: 'a', value: 'x\r\nEvil: y' }] } }],
  ['insecure_skip_verify', { tls: { insecureSkipVerify: true } }],
  ['cipher suites', { tls: { cipherSuites: ['TLS_AES_128_GCM_SHA256'] } }],
  ['lowest TLS version', { tls: { minVersion: '1.3' } }],
  ['highest TLS version', { tls: { maxVersion: '1.2' } }],
  ['authority cannot be read', { tls: { caPemContents: 'x' } }],
  ['needs its private key', { certificate: { cert: bytes('agent-cert') } }],
  ['certificate cannot be read', { certificate: { cert: Uint8Array.of(1), privateKey: bytes('agent-key') } }],
  [
    'private key cannot be read',
    { certificate: { cert: bytes('agent-cert'), privateKey: Uint8Array.of(1) } },
  ],
  ['do not belong together', { certificate: { cert: bytes('agent-cert'), privateKey: bytes('server-key') } }],
  ['proxy', { proxy: { url: 'http://proxy' } }],
])('%s: refused, with the signal and without a secret', (reason, init) => {
  const result = offered(init);
  expect(result).toMatchObject({ kind: 'refused', message: expect.stringContaining(reason) });
  expect(JSON.stringify(result)).toContain('own metrics');
  expect(JSON.stringify(result)).not.toMatch(/secret|PRIVATE/);
});
