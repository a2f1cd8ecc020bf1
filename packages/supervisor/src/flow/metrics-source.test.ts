import { expect, test } from 'vitest';
import { metricsSource } from './metrics-source.ts';

const prometheus = (settings: string) =>
  `service: {telemetry: {metrics: {readers: [{periodic: {}}, {pull: {exporter: {prometheus: ${settings}}}}]}}}`;

test.each([
  ['nothing is said', 'service: {}', 'http://localhost:8888/metrics'],
  ['no metrics are kept', 'service: {telemetry: {metrics: {level: none}}}', undefined],
  ['a reader has an address', prometheus('{host: 127.0.0.1, port: 9999}'), 'http://127.0.0.1:9999/metrics'],
  ['it listens everywhere', prometheus('{host: 0.0.0.0, port: 9999}'), 'http://127.0.0.1:9999/metrics'],
  ['it listens on IPv6', prometheus('{host: "::1", port: 9999}'), 'http://[::1]:9999/metrics'],
  ['the port is a variable', prometheus('{host: localhost, port: "${env:PORT}"}'), undefined],
  ['no reader can be asked', 'service: {telemetry: {metrics: {readers: [{periodic: {}}]}}}', undefined],
  ['the text is no configuration', '{[', undefined],
])('where %s, the own metrics answer accordingly', (_what, text, url) => {
  expect(metricsSource(text).url).toBe(url);
});

test('the signals of the pipelines are known, whatever the names of the pipelines', () => {
  const { signals } = metricsSource('service: {pipelines: {logs/a: {}, logs/b: {}, traces: {}}}');
  expect([...signals]).toEqual(['logs', 'traces']);
});
