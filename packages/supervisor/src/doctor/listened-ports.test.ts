import { expect, test } from 'vitest';
import { listenedPorts } from './listened-ports.ts';

const CONFIG = `
receivers:
  otlp: {protocols: {grpc: , http: {endpoint: "0.0.0.0:\${env:HTTP_PORT}"}}}
  otlp/unused: {protocols: {grpc: {endpoint: "0.0.0.0:1"}}}
  zipkin:
  prometheus: {config: {}}
  redis: {endpoint: "localhost:6379"}
  jaeger: {protocols: {grpc: {endpoint: "\${env:NOT_KNOWN}:14250"}, thrift_http: }}
exporters: {otlp: {endpoint: "backend:4317"}}
extensions: {health_check: , zpages: {endpoint: "[::1]:5000"}, pprof: }
service:
  extensions: [health_check, zpages]
  pipelines:
    traces: {receivers: [otlp, zipkin, jaeger], exporters: [otlp]}
    metrics: {receivers: [prometheus, redis], exporters: [otlp]}
`;

test('receivers and extensions in use that listen, and the own metrics, are found with their defaults', () => {
  expect(
    listenedPorts(CONFIG, { HTTP_PORT: '4318' }).map(({ by, host, port }) => `${by} ${host} ${port}`),
  ).toEqual([
    'receivers::otlp::protocols::grpc localhost 4317',
    'receivers::otlp::protocols::http 0.0.0.0 4318',
    'receivers::zipkin localhost 9411',
    'receivers::jaeger::protocols::thrift_http localhost 14268',
    'extensions::health_check localhost 13133',
    'extensions::zpages ::1 5000',
    'service::telemetry::metrics localhost 8888',
  ]);
});

test.each([
  ['metrics: {level: none}', []],
  ['metrics: {readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 9999}}}}]}', ['0.0.0.0:9999']],
  ['metrics: {readers: [{periodic: {exporter: {otlp: {}}}}]}', []],
  ['metrics: {address: "127.0.0.1:7777"}', ['127.0.0.1:7777']],
  ['logs: {level: debug}', ['localhost:8888']],
])('own metrics with %s', (telemetry, expected) => {
  const ports = listenedPorts(`service: {telemetry: {${telemetry}}}`, {});
  expect(ports.map(({ host, port }) => `${host}:${port}`)).toEqual(expected);
});
