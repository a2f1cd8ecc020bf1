import { expect, test } from 'vitest';
import { collectorTelemetry } from './collector-telemetry.ts';

const folder = '/storage';
const options = { metricsIntervalMs: 10_000, folder };
const at = (endpoint: string, headers: Readonly<Record<string, string>> = {}) => ({ endpoint, headers });
const exporter = (endpoint: string) => ({ otlp: { protocol: 'http/protobuf', endpoint } });

test('nothing offered changes nothing', () => {
  const telemetry = { metrics: { level: 'none' } };
  expect(collectorTelemetry(telemetry, { ...options, ownTelemetry: {} })).toEqual({ telemetry, files: [] });
});

test('metrics are read every ten seconds, beside what the Collector offers for scraping by default', () => {
  const { telemetry } = collectorTelemetry({}, { ...options, ownTelemetry: { metrics: at('http://h/m') } });
  expect(telemetry).toEqual({
    metrics: {
      readers: [
        { pull: { exporter: { prometheus: expect.objectContaining({ host: 'localhost', port: 8888 }) } } },
        { periodic: { interval: 10_000, exporter: exporter('http://h/m') } },
      ],
    },
  });
});

test('beside readers of the configuration, and with a level where it had none', () => {
  const own = { pull: { exporter: { prometheus: { port: 9999 } } } };
  const added = { periodic: { interval: 10_000, exporter: exporter('http://h/m') } };
  const ownTelemetry = { metrics: at('http://h/m') };
  const of = (metrics: object) =>
    collectorTelemetry({ metrics } as never, { ...options, ownTelemetry }).telemetry.metrics;
  expect(of({ level: 'detailed', readers: [own], views: [] })).toEqual({
    level: 'detailed',
    readers: [own, added],
    views: [],
  });
  expect(of({ level: 'none' })).toEqual({ readers: [added] });
});

test('logs and traces are sent in batches, beside processors of the configuration', () => {
  const own = { simple: {} };
  const { telemetry } = collectorTelemetry(
    { logs: { level: 'debug', processors: [own] }, traces: { level: 'none' } },
    { ...options, ownTelemetry: { logs: at('http://h/l'), traces: at('http://h/t') } },
  );
  expect(telemetry).toEqual({
    logs: { level: 'debug', processors: [own, { batch: { exporter: exporter('http://h/l') } }] },
    traces: { processors: [{ batch: { exporter: exporter('http://h/t') } }] },
  });
});

test('certificates are files of their own; no text is read as a variable', () => {
  const destination = {
    ...at('https://h/$x', { Authorization: 'Bearer $' + '{env:SECRET}' }),
    ca: 'CA',
    certificate: { cert: 'CERT', key: 'KEY' },
  };
  const { telemetry, files } = collectorTelemetry({}, { ...options, ownTelemetry: { logs: destination } });
  expect(telemetry.logs).toMatchObject({
    processors: [
      {
        batch: {
          exporter: {
            otlp: {
              endpoint: 'https://h/$$x',
              headers: [{ name: 'Authorization', value: 'Bearer $$' + '{env:SECRET}' }],
              certificate: '/storage/own-logs-ca.pem',
              client_certificate: '/storage/own-logs-cert.pem',
              client_key: '/storage/own-logs-key.pem',
            },
          },
        },
      },
    ],
  });
  expect(files.map(({ name, body }) => [name, body])).toEqual([
    ['own-logs-ca.pem', 'CA'],
    ['own-logs-cert.pem', 'CERT'],
    ['own-logs-key.pem', 'KEY'],
  ]);
  expect(JSON.stringify(telemetry)).not.toContain('KEY');
});
