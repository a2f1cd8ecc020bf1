import {
  type ConfigMap,
  type ConfigValue,
  isConfigList,
  isConfigMap,
  parseCollectorConfig,
} from '@drover/collector-config';
import { SIGNALS, type Signal } from './flow-sample.ts';

/** Where the own metrics of a Collector with this configuration answer, and which signals have a pipeline in it. */
export interface MetricsSource {
  /** Undefined where it has no endpoint for Prometheus. */
  readonly url: string | undefined;
  readonly signals: ReadonlySet<Signal>;
}

const DEFAULT = { host: 'localhost', port: 8888 };

export function metricsSource(configText: string): MetricsSource {
  const parsed = parseCollectorConfig(configText);
  if (parsed.kind === 'invalid') return { url: undefined, signals: new Set() };
  const service = map(parsed.data.service);
  const pipelines = Object.keys(map(service.pipelines)).map((id) => id.split('/')[0]);
  return {
    url: urlOf(map(map(service.telemetry).metrics)),
    signals: new Set(SIGNALS.filter((signal) => pipelines.includes(signal))),
  };
}

function urlOf({ level, readers }: ConfigMap): string | undefined {
  if (level === 'none') return undefined;
  if (readers === undefined || readers === null) return url(DEFAULT.host, DEFAULT.port);
  if (!isConfigList(readers)) return undefined;
  for (const reader of readers) {
    const exporter = map(map(map(reader).pull).exporter);
    if (!isConfigMap(exporter.prometheus)) continue;
    const { host = DEFAULT.host, port = DEFAULT.port } = exporter.prometheus;
    const found = url(String(host), Number(port));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One that stands in a variable is not known here. */
function url(host: string, port: number): string | undefined {
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || host.includes('$')) return undefined;
  const isEverywhere = host === '' || host === '0.0.0.0' || host === '::';
  const name = isEverywhere ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name.replace(/^\[|\]$/g, '')}]` : name}:${port}/metrics`;
}

function map(value: ConfigValue | undefined): ConfigMap {
  return isConfigMap(value) ? value : {};
}
