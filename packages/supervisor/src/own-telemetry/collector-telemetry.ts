import { type ConfigMap, type ConfigValue, isConfigList, isConfigMap } from '@drover/collector-config';
import { systemAuthorities } from '../credentials/system-authorities.ts';
import type { ComposedFile } from '../storage/config-folder.ts';
import { type OwnTelemetry, SIGNALS, type Signal, type TelemetryDestination } from './destination.ts';

/** What an own-telemetry offer makes of a Collector's configuration. */
export interface CollectorTelemetry {
  /** The value of `service.telemetry`. */
  readonly telemetry: ConfigMap;
  /** Files that it names, to be put into `folder`. */
  readonly files: readonly ComposedFile[];
}

export interface CollectorTelemetryOptions {
  readonly ownTelemetry: OwnTelemetry;
  readonly metricsIntervalMs: number;
  /** Full path of the folder that `files` will be in. */
  readonly folder: string;
}

/** Where a Collector offers its metrics to be scraped when nothing else is said, written as its own default is. */
const DEFAULT_READER: ConfigMap = {
  pull: {
    exporter: {
      prometheus: {
        host: 'localhost',
        port: 8888,
        without_scope_info: true,
        without_units: true,
        without_type_suffix: true,
      },
    },
  },
};

/** Adds exporters to `service.telemetry`; what the configuration already has there stays. */
export function collectorTelemetry(
  telemetry: ConfigMap,
  options: CollectorTelemetryOptions,
): CollectorTelemetry {
  const files: ComposedFile[] = [];
  let result = telemetry;
  for (const signal of SIGNALS) {
    const destination = options.ownTelemetry[signal];
    if (destination === undefined) continue;
    const exporter = { otlp: otlpExporter(signal, destination, options, files) };
    const section = mapOrEmpty(result[signal]);
    result = {
      ...result,
      [signal]:
        signal === 'metrics'
          ? withReader(section, exporter, options.metricsIntervalMs)
          : withProcessor(section, exporter),
    };
  }
  return { telemetry: result, files };
}

/** The destinations alone, as a configuration that names no files of the host's own, for its policy to judge. */
export function sentTo(ownTelemetry: OwnTelemetry): ConfigMap {
  const telemetry = Object.fromEntries(
    SIGNALS.flatMap((signal) => {
      const endpoint = ownTelemetry[signal]?.endpoint;
      return endpoint === undefined ? [] : [[signal, { exporter: { otlp: { endpoint } } }]];
    }),
  );
  return { service: { telemetry } };
}

function withReader(section: ConfigMap, exporter: ConfigMap, intervalMs: number): ConfigMap {
  const { readers, level, ...rest } = section;
  const isOff = String(level).toLowerCase() === 'none';
  const own = isConfigList(readers) ? readers : isOff ? [] : [DEFAULT_READER];
  return {
    ...rest,
    // Metrics are wanted, so "none" cannot stand; the Collector's own default does.
    ...(level === undefined || isOff ? {} : { level }),
    readers: [...own, { periodic: { interval: intervalMs, exporter } }],
  };
}

function withProcessor(section: ConfigMap, exporter: ConfigMap): ConfigMap {
  const { processors, level, ...rest } = section;
  const isOff = String(level).toLowerCase() === 'none';
  return {
    ...rest,
    ...(level === undefined || isOff ? {} : { level }),
    processors: [...(isConfigList(processors) ? processors : []), { batch: { exporter } }],
  };
}

function otlpExporter(
  signal: Signal,
  { endpoint, headers, ca, includesSystemCa, certificate }: TelemetryDestination,
  { folder }: CollectorTelemetryOptions,
  files: ComposedFile[],
): ConfigMap {
  const file = (kind: string, pem: string): string => {
    const name = `own-${signal}-${kind}.pem`;
    files.push({ name, body: pem, contentType: 'application/x-pem-file' });
    return literal(`${folder}/${name}`);
  };
  const authorities = ca && (includesSystemCa ? [ca, ...systemAuthorities()].join('\n') : ca);
  return {
    protocol: 'http/protobuf',
    endpoint: literal(endpoint),
    ...(Object.keys(headers).length === 0
      ? {}
      : { headers: Object.entries(headers).map(([name, value]) => ({ name, value: literal(value) })) }),
    ...(authorities ? { certificate: file('ca', authorities) } : {}),
    ...(certificate === undefined
      ? {}
      : { client_certificate: file('cert', certificate.cert), client_key: file('key', certificate.key) }),
  };
}

/** The Collector would put environment variables in the place of `$NAME`; a server must not read them that way. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function mapOrEmpty(value: ConfigValue | undefined): ConfigMap {
  return isConfigMap(value) ? value : {};
}
