import { parse } from 'yaml';
import { splitAddress } from '../status/local-listener.ts';

/** A place where a configuration makes its Collector listen for TCP. */
export interface ListenedPort {
  /** Where in the configuration. */
  readonly by: string;
  readonly host: string;
  readonly port: number;
}

/** Receivers that wait to be connected to, with the default of their own `endpoint`; `otlp` has one for each protocol. */
const SERVER_RECEIVERS: Readonly<Record<string, string>> = {
  zipkin: 'localhost:9411',
  loki: 'localhost:3500',
  splunk_hec: 'localhost:8088',
  influxdb: 'localhost:8086',
  signalfx: 'localhost:9943',
  fluentforward: '',
  prometheusremotewrite: 'localhost:9090',
  datadog: 'localhost:8126',
  skywalking: 'localhost:11800',
  webhookevent: '',
  carbon: 'localhost:2003',
};

const SERVER_EXTENSIONS: Readonly<Record<string, string>> = {
  health_check: 'localhost:13133',
  healthcheckv2: 'localhost:13133',
  zpages: 'localhost:55679',
  pprof: 'localhost:1777',
};

const PROTOCOL_DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  otlp: { grpc: 'localhost:4317', http: 'localhost:4318' },
  jaeger: {
    grpc: 'localhost:14250',
    thrift_http: 'localhost:14268',
  },
};

const OWN_METRICS = 'localhost:8888';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Where a Collector with this configuration listens, as far as it can be told: receivers and extensions that are in
 * use and known to listen, and the Collector's own metrics. Addresses that depend on what cannot be known are left out.
 */
export function listenedPorts(config: string, env: NodeJS.ProcessEnv): readonly ListenedPort[] {
  const document = mapping(parse(config, { maxAliasCount: 100, logLevel: 'error' }));
  const service = mapping(document.service);
  const receivers = new Set(
    Object.values(mapping(service.pipelines)).flatMap((pipeline) => texts(mapping(pipeline).receivers)),
  );
  const found: (readonly [by: string, address: unknown])[] = [];
  for (const [id, value] of Object.entries(mapping(document.receivers))) {
    if (receivers.has(id)) found.push(...receiverAddresses(id, mapping(value)));
  }
  for (const [id, value] of Object.entries(mapping(document.extensions))) {
    const fallback = SERVER_EXTENSIONS[typeOf(id)];
    if (fallback !== undefined && texts(service.extensions).includes(id))
      found.push([`extensions::${id}`, mapping(value).endpoint ?? fallback]);
  }
  found.push(...ownMetrics(mapping(mapping(service.telemetry).metrics)));
  return found.flatMap(([by, address]) => {
    const place = typeof address === 'string' ? placeOf(address, env) : undefined;
    return place === undefined ? [] : [{ by, ...place }];
  });
}

function receiverAddresses(id: string, settings: Mapping): readonly (readonly [string, unknown])[] {
  const type = typeOf(id);
  const protocols = PROTOCOL_DEFAULTS[type];
  if (protocols !== undefined) {
    return Object.entries(mapping(settings.protocols)).flatMap(([protocol, value]) => {
      const fallback = protocols[protocol];
      return fallback === undefined
        ? []
        : [[`receivers::${id}::protocols::${protocol}`, mapping(value).endpoint ?? fallback] as const];
    });
  }
  const fallback = SERVER_RECEIVERS[type];
  return fallback === undefined ? [] : [[`receivers::${id}`, settings.endpoint ?? fallback]];
}

function ownMetrics(metrics: Mapping): readonly (readonly [string, unknown])[] {
  const by = 'service::telemetry::metrics';
  if (metrics.level === 'none') return [];
  if (typeof metrics.address === 'string') return [[by, metrics.address]];
  if (!Array.isArray(metrics.readers)) return [[by, OWN_METRICS]];
  return metrics.readers.flatMap((reader: unknown) => {
    const exporter = mapping(mapping(mapping(reader).pull).exporter);
    if (exporter.prometheus === undefined) return [];
    const { host = 'localhost', port = 8888 } = mapping(exporter.prometheus);
    return [[by, `${String(host)}:${String(port)}`] as const];
  });
}

function placeOf(address: string, env: NodeJS.ProcessEnv): Omit<ListenedPort, 'by'> | undefined {
  const expanded = address.replaceAll(
    /\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}]*))?\}/g,
    (whole, name: string, fallback?: string) => env[name] ?? fallback ?? whole,
  );
  if (expanded.includes('$') || expanded.startsWith('unix:')) return undefined;
  const { host, port } = splitAddress(expanded);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? { host, port } : undefined;
}

function typeOf(id: string): string {
  return id.split('/', 1)[0] ?? '';
}

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null ? (value as Mapping) : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
