import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { FlowPoint } from '../telemetry/flow-book.ts';

/** The flow of one resource of an export. */
export interface ResourceFlow {
  /** `service.instance.id` of the resource; empty where it has none. */
  readonly instanceId: string;
  /** Of the metrics that were read, which are those that flow needs. */
  readonly dataPoints: number;
  readonly point: FlowPoint;
}

/** Collector metrics by what they count; spans, data points and log records are items alike. */
const COUNTERS: Readonly<Record<string, 'accepted' | 'refused' | 'sent' | 'failed'>> = Object.fromEntries(
  ['spans', 'metric_points', 'log_records'].flatMap((items) => [
    [`otelcol_receiver_accepted_${items}`, 'accepted'],
    [`otelcol_receiver_refused_${items}`, 'refused'],
    [`otelcol_exporter_sent_${items}`, 'sent'],
    [`otelcol_exporter_send_failed_${items}`, 'failed'],
    [`otelcol_exporter_enqueue_failed_${items}`, 'failed'],
  ]),
);
const QUEUE_SIZE = 'otelcol_exporter_queue_size';
const QUEUE_CAPACITY = 'otelcol_exporter_queue_capacity';
const MEMORY = 'otelcol_process_memory_rss';
const WANTED: ReadonlySet<string> = new Set([...Object.keys(COUNTERS), QUEUE_SIZE, QUEUE_CAPACITY, MEMORY]);
/** OTLP: AggregationTemporality. */
const DELTA = 1;

interface DataPoint {
  readonly value: number;
  /** Of its attributes: tells one exporter's queue from another's. */
  readonly series: string;
}

interface Metric {
  name: string;
  points: DataPoint[];
  temporality: number;
}

/** Reads an OTLP ExportMetricsServiceRequest (opentelemetry-proto, metrics.proto) as far as flow needs it. Throws on bytes that are none. */
export function readFlows(bytes: Uint8Array): ResourceFlow[] {
  const flows: ResourceFlow[] = [];
  eachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    flows.push(readResource(reader.bytes()));
    return true;
  });
  return flows;
}

function readResource(bytes: Uint8Array): ResourceFlow {
  let instanceId = '';
  const metrics: Metric[] = [];
  eachField(bytes, (field, reader) => {
    if (field === 1) instanceId = readInstanceId(reader.bytes());
    else if (field === 2) readScope(reader.bytes(), metrics);
    else return false;
    return true;
  });
  const dataPoints = metrics.reduce((sum, { points }) => sum + points.length, 0);
  return { instanceId, dataPoints, point: flowOf(metrics) };
}

function flowOf(metrics: readonly Metric[]): FlowPoint {
  const totals = { accepted: 0, refused: 0, sent: 0, failed: 0 };
  const capacities = new Map<string, number>();
  let isDelta = false;
  let memoryBytes: number | null = null;
  for (const { name, points, temporality } of metrics) {
    const counter = Object.hasOwn(COUNTERS, name) ? COUNTERS[name] : undefined;
    if (counter !== undefined) {
      isDelta ||= temporality === DELTA;
      for (const { value } of points) totals[counter] += value;
    } else if (name === QUEUE_CAPACITY) {
      for (const { series, value } of points) capacities.set(series, value);
    } else if (name === MEMORY) {
      memoryBytes = points[0]?.value ?? null;
    }
  }
  let queuePercent: number | null = null;
  for (const { name, points } of metrics) {
    if (name !== QUEUE_SIZE) continue;
    for (const { series, value } of points) {
      const capacity = capacities.get(series) ?? 0;
      if (capacity > 0) queuePercent = Math.max(queuePercent ?? 0, (100 * value) / capacity);
    }
  }
  return { ...totals, isDelta, queuePercent, memoryBytes };
}

function readInstanceId(resource: Uint8Array): string {
  let found = '';
  eachField(resource, (field, reader) => {
    if (field !== 1) return false;
    const { key, value } = readKeyValue(reader.bytes());
    if (key === 'service.instance.id') found = value;
    return true;
  });
  return found;
}

/** Values that are no text read as an empty one. */
function readKeyValue(bytes: Uint8Array): { readonly key: string; readonly value: string } {
  let key = '';
  let value = '';
  eachField(bytes, (field, reader) => {
    if (field === 1) key = reader.string();
    else if (field === 2) {
      eachField(reader.bytes(), (kind, any) => {
        if (kind !== 1) return false;
        value = any.string();
        return true;
      });
    } else return false;
    return true;
  });
  return { key, value };
}

function readScope(bytes: Uint8Array, metrics: Metric[]): void {
  eachField(bytes, (field, reader) => {
    if (field !== 2) return false;
    const metric: Metric = { name: '', points: [], temporality: 0 };
    const data: Uint8Array[] = [];
    eachField(reader.bytes(), (part, inner) => {
      if (part === 1) metric.name = inner.string();
      // Gauges and sums; histograms say nothing of flow.
      else if (part === 5 || part === 7) data.push(inner.bytes());
      else return false;
      return true;
    });
    // Of the hundred metrics of a Collector a few are looked into.
    if (!WANTED.has(metric.name)) return true;
    for (const each of data) readData(each, metric);
    metrics.push(metric);
    return true;
  });
}

function readData(bytes: Uint8Array, metric: Metric): void {
  eachField(bytes, (field, reader) => {
    if (field === 1) metric.points.push(readPoint(reader.bytes()));
    else if (field === 2) metric.temporality = reader.int32();
    else return false;
    return true;
  });
}

function readPoint(bytes: Uint8Array): DataPoint {
  let value = 0;
  const attributes: string[] = [];
  eachField(bytes, (field, reader) => {
    if (field === 4) value = reader.double();
    else if (field === 6) value = Number(reader.sfixed64());
    else if (field === 7) {
      const attribute = readKeyValue(reader.bytes());
      attributes.push(`${attribute.key}=${attribute.value}`);
    } else return false;
    return true;
  });
  return { value: Number.isFinite(value) ? value : 0, series: attributes.sort().join() };
}

/** `take` reads the field and returns true, or leaves it to be passed over. */
function eachField(bytes: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.StartGroup || !take(field, reader)) reader.skip(type, field);
  }
}
