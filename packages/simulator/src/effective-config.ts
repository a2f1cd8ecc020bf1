import type { ConfigFile } from '@drover/opamp';
import type { Identity } from './identity.ts';
import { seededRandom } from './random.ts';

const LOG_SOURCES = ['nginx', 'postgresql', 'redis', 'checkout', 'payments', 'inventory', 'search', 'auth'];

function collectorYaml({ number, environment, region, kind }: Identity, seed: string): string {
  const random = seededRandom(seed, 'config', number);
  const logs = LOG_SOURCES.filter(() => random.next() < 0.6);
  const filelogs = logs.map(
    (source) => `  filelog/${source}:
    include: [/var/log/${source}/*.log]
    start_at: end
    operators:
      - {type: regex_parser, regex: '^(?P<time>\\S+) (?P<sev>[A-Z]+) (?P<msg>.*)$'}
      - {type: severity_parser, parse_from: attributes.sev}
`,
  );
  const resources = logs.map(
    (source) => `  resource/${source}:
    attributes:
      - {key: log.source, value: ${source}, action: upsert}
      - {key: deployment.environment.name, value: ${environment}, action: upsert}
`,
  );
  const pipelines = logs.map(
    (source) => `    logs/${source}:
      receivers: [filelog/${source}]
      processors: [memory_limiter, resource/${source}, batch]
      exporters: [otlphttp]
`,
  );
  return `receivers:
  otlp:
    protocols:
      grpc: {endpoint: 0.0.0.0:4317}
      http: {endpoint: 0.0.0.0:4318}
  hostmetrics:
    collection_interval: ${random.pick([10, 15, 30, 60])}s
    scrapers: {cpu: {}, memory: {}, disk: {}, filesystem: {}, network: {}, load: {}}
${filelogs.join('')}processors:
  memory_limiter: {check_interval: 1s, limit_mib: ${random.pick([256, 512, 1024])}, spike_limit_mib: 64}
  batch: {send_batch_size: ${random.pick([1024, 2048, 8192])}, timeout: ${random.pick([1, 2, 5])}s}
${resources.join('')}exporters:
  otlphttp:
    endpoint: https://otlp.${region}.example.com
    compression: gzip
    headers: {x-agent-kind: ${kind.name}}
    sending_queue: {enabled: true, num_consumers: 4, queue_size: ${random.pick([1000, 5000])}}
    retry_on_failure: {enabled: true, initial_interval: 5s, max_interval: 30s}
extensions:
  health_check: {endpoint: 127.0.0.1:13133}
service:
  extensions: [health_check]
  telemetry:
    logs: {level: info, encoding: json}
  pipelines:
    metrics:
      receivers: [otlp, hostmetrics]
      processors: [memory_limiter, batch]
      exporters: [otlphttp]
    traces:
      receivers: [otlp]
      processors: [memory_limiter, batch]
      exporters: [otlphttp]
${pipelines.join('')}`;
}

function fluentBitConf({ number, environment, region }: Identity, seed: string): string {
  const random = seededRandom(seed, 'config', number);
  const inputs = LOG_SOURCES.filter(() => random.next() < 0.6).map(
    (source) => `[INPUT]
    Name              tail
    Path              /var/log/${source}/*.log
    Tag               ${source}.*
    Parser            json
    Mem_Buf_Limit     ${random.pick([5, 10, 50])}MB
    Skip_Long_Lines   On
    Refresh_Interval  10

[FILTER]
    Name    record_modifier
    Match   ${source}.*
    Record  environment ${environment}
    Record  source ${source}

`,
  );
  return `[SERVICE]
    Flush         ${random.pick([1, 5])}
    Daemon        off
    Log_Level     info
    HTTP_Server   On
    HTTP_Listen   127.0.0.1
    HTTP_Port     2020

${inputs.join('')}[OUTPUT]
    Name    opentelemetry
    Match   *
    Host    otlp.${region}.example.com
    Port    443
    Tls     On
`;
}

/** What an agent runs before it is given anything: 3 to 4 KB, different from agent to agent, the same in each run. */
export function initialConfig(identity: Identity, seed: string): ReadonlyMap<string, ConfigFile> {
  const isFluentBit = identity.kind.name === 'fluent-bit';
  const text = isFluentBit ? fluentBitConf(identity, seed) : collectorYaml(identity, seed);
  return new Map([['', { body: Buffer.from(text), contentType: isFluentBit ? 'text/plain' : 'text/yaml' }]]);
}
