/** A configuration as a gateway may run it. */
export const EDGE = `receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 0.0.0.0:4317
      http:
        endpoint: 0.0.0.0:4318
processors:
  batch:
    timeout: 5s
exporters:
  otlphttp/backend:
    endpoint: https://telemetry.example.com
    compression: gzip
  debug:
    verbosity: basic
service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlphttp/backend]
    metrics:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlphttp/backend, debug]
`;

/** Its next revision. */
export const EDGE_NEXT = EDGE.replace(
  'processors:\n  batch:\n    timeout: 5s',
  'processors:\n  memory_limiter:\n    check_interval: 1s\n    limit_mib: 512\n  batch:\n    timeout: 2s',
)
  .replaceAll('processors: [batch]', 'processors: [memory_limiter, batch]')
  .replace('exporters: [otlphttp/backend, debug]', 'exporters: [otlphttp/backend]')
  .replace('  debug:\n    verbosity: basic\n', '');

export const OTHER = `receivers:
  filelog/nginx:
    include: [/var/log/nginx/*.log]
exporters:
  debug:
    verbosity: basic
service:
  pipelines:
    logs:
      receivers: [filelog/nginx]
      exporters: [debug]
`;

const MEBIBYTE = 1024 * 1024;

/** One mebibyte that is a configuration: receivers without an end. */
export const HUGE = huge();

function huge(): string {
  const names: string[] = [];
  const receivers: string[] = [];
  for (let bytes = 0; bytes < MEBIBYTE - 500; ) {
    const name = `filelog/application-${names.length}`;
    const text = `  ${name}:\n    include: [/var/log/applications/application-${names.length}/*.log]\n    start_at: beginning\n    include_file_path: true\n    resource: {service.name: application-${names.length}}\n`;
    names.push(name);
    receivers.push(text);
    bytes += text.length + name.length + 2;
  }
  return `receivers:\n${receivers.join('')}exporters:\n  debug: {}\nservice:\n  pipelines:\n    logs:\n      receivers: [${names.join(', ')}]\n      exporters: [debug]\n`;
}

/** Names that a page may stumble over: long, without a place to break, from right to left, of pictures, of nothing. */
export const NAMES: readonly {
  readonly name: string;
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
}[] = [
  {
    name: 'telemetry-gateway-of-the-payment-platform-in-the-second-data-centre-of-the-northern-region-which-is-called-by-its-full-name',
    host: 'ip-10-132-88-201.eu-central-1.compute.internal.cluster.payments.prod.example-corporation.com',
    labels: { team: 'platform-engineering-and-reliability', ring: 'canary', region: 'eu-central-1' },
  },
  { name: 'جامع القياسات الرئيسي', host: 'خادم-الإنتاج-٠١', labels: { region: 'الرياض' } },
  { name: 'אוסף הנתונים prod-7', host: 'שרת-7', labels: { env: 'ייצור' } },
  { name: '遥测采集器（上海二号机房）', host: '上海-网关-02', labels: { region: '上海' } },
  { name: '🛰️ edge-collector 👩‍🚀🇪🇺', host: 'ground-station-🌍', labels: { mood: '🚀' } },
  { name: 'otelcol\u202Etxt.exe', host: 'override', labels: {} },
  { name: 'x', host: '', labels: {} },
];
