import { describe, expect, test } from 'vitest';
import { findDrift } from './drift.ts';
import { parseCollectorConfig } from './parse.ts';

const INTENDED = `receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 127.0.0.1:4317
      http:
  hostmetrics:
    collection_interval: 1m
    scrapers:
      load:
exporters:
  debug:
    verbosity: detailed
  otlp:
    endpoint: gw:4317
    headers:
      authorization: \${env:TOKEN}
service:
  extensions: [zpages]
  pipelines:
    metrics:
      receivers: [hostmetrics, otlp]
      processors: []
      exporters: [debug, otlp]
extensions:
  zpages:
`;
/** As a Collector under a supervisor accounts for it. */
const EFFECTIVE = `exporters:
  debug:
    verbosity: Detailed
    sampling_initial: 2
  otlp:
    endpoint: gw:4317
    compression: gzip
    headers:
      authorization: '[REDACTED]'
    sending_queue:
      queue_size: 1000
extensions:
  opamp:
    instance_uid: 01a22730-72ef-702c-a698-01289d88e70f
  zpages:
    endpoint: localhost:55679
receivers:
  hostmetrics:
    collection_interval: 1m0s
    timeout: 0s
  otlp:
    protocols:
      grpc:
        endpoint: 127.0.0.1:4317
        transport: tcp
      http:
        endpoint: localhost:4318
service:
  extensions: [opamp, zpages]
  pipelines:
    metrics:
      receivers: [otlp, hostmetrics]
      processors: []
      exporters: [otlp, debug]
  telemetry:
    metrics:
      level: Normal
      readers:
        - periodic: {exporter: {otlp: {endpoint: "http://127.0.0.1:4320/v1/metrics"}}}
    resource:
      service.instance.id: 01a22730-72ef-702c-a698-01289d88e70f
`;

function data(text: string) {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return parsed.data;
}

function drift(change: (effective: string) => string, options: Parameters<typeof findDrift>[2] = {}) {
  const changed = change(EFFECTIVE);
  return findDrift(data(INTENDED), data(changed), options);
}

describe('drift', () => {
  test("is not what a Collector's own account adds, orders or writes otherwise, nor what supervisors add", () => {
    expect(drift((text) => text)).toEqual([]);
  });

  test('is another value, wherever it stands', () => {
    expect(drift((text) => text.replace('gw:4317', 'other:4317'))).toEqual([
      { path: 'exporters::otlp::endpoint', change: 'changed', intended: 'gw:4317', effective: 'other:4317' },
    ]);
    expect(drift((text) => text.replace('1m0s', '2m0s'))).toMatchObject([
      { path: 'receivers::hostmetrics::collection_interval', intended: '1m', effective: '2m0s' },
    ]);
  });

  test('is a component or a pipeline that is missing or extra', () => {
    expect(drift((text) => text.replace('  debug:\n', '  nop:\n'))).toEqual([
      { path: 'exporters::debug', change: 'missing' },
      { path: 'exporters::nop', change: 'extra' },
    ]);
    expect(
      drift((text) => text.replace('    metrics:\n      receivers', '    logs:\n      receivers')),
    ).toEqual([
      { path: 'service::pipelines::metrics', change: 'missing' },
      { path: 'service::pipelines::logs', change: 'extra' },
    ]);
    expect(drift((text) => text.replace('[opamp, zpages]', '[opamp]'))).toEqual([
      { path: 'service::extensions', change: 'changed', intended: ['zpages'], effective: [] },
    ]);
    expect(drift((text) => text.replace('[otlp, debug]', '[otlp]'))).toMatchObject([
      { path: 'service::pipelines::metrics::exporters', change: 'changed' },
    ]);
  });

  test('is a setting that nobody intended where its default is known and another', () => {
    const defaultAt = (path: readonly (string | number)[]) =>
      path.join('::') === 'exporters::otlp::compression' ? 'gzip' : undefined;
    expect(drift((text) => text, { defaultAt })).toEqual([]);
    expect(drift((text) => text.replace('compression: gzip', 'compression: none'), { defaultAt })).toEqual([
      { path: 'exporters::otlp::compression', change: 'changed', intended: 'gzip', effective: 'none' },
    ]);
    expect(drift((text) => text.replace('compression: gzip', 'compression: none'))).toEqual([]);
  });

  test('is looked for inside lists, where an entry may have more settings than were intended', () => {
    const job = (name: string, more: string) =>
      data(`receivers: {prometheus: {config: {scrape_configs: [{job_name: ${name}${more}}]}}}`);
    expect(findDrift(job('a', ''), job('a', ', metrics_path: /metrics'))).toEqual([]);
    expect(findDrift(job('a', ''), job('b', ''))).toHaveLength(1);
    expect(findDrift(data('receivers: {a: {x: [1, 2]}}'), data('receivers: {a: {x: [2, 1]}}'))).toHaveLength(
      1,
    );
    expect(findDrift(data('receivers: {a: {x: [1, 2]}}'), data('receivers: {a: {x: ["1", "2"]}}'))).toEqual(
      [],
    );
  });

  test('of own telemetry is what was intended and is not there; what was added to it is none', () => {
    const readers = (...ports: number[]) =>
      data(
        `service: {telemetry: {metrics: {readers: [${ports.map((port) => `{pull: {exporter: {prometheus: {port: ${port}}}}}`).join(', ')}]}}}`,
      );
    expect(findDrift(readers(8888), readers(8888, 9999))).toEqual([]);
    expect(findDrift(readers(8888), readers(9999))).toMatchObject([
      { path: 'service::telemetry::metrics::readers', change: 'changed' },
    ]);
  });
});
