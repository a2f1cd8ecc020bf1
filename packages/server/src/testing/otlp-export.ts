import { BinaryWriter } from '@bufbuild/protobuf/wire';

const message = (write: (writer: BinaryWriter) => void): Uint8Array => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};
const field = (number: number, bytes: Uint8Array) => (writer: BinaryWriter) =>
  writer.tag(number, 2).bytes(bytes);
const text = (number: number, value: string) => (writer: BinaryWriter) => writer.tag(number, 2).string(value);

function keyValue(key: string, value: string): Uint8Array {
  return message((writer) => {
    text(1, key)(writer);
    field(2, message(text(1, value)))(writer);
  });
}

function metric(
  name: string,
  kind: 'sum' | 'gauge',
  values: readonly (readonly [number, string])[],
): Uint8Array {
  const data = message((writer) => {
    for (const [value, exporter] of values) {
      const point = message((inner) => {
        inner.tag(6, 1).sfixed64(BigInt(value));
        field(7, keyValue('exporter', exporter))(inner);
      });
      field(1, point)(writer);
    }
    if (kind === 'sum') writer.tag(2, 0).int32(2);
  });
  return message((writer) => {
    text(1, name)(writer);
    field(kind === 'sum' ? 7 : 5, data)(writer);
  });
}

/** An ExportMetricsServiceRequest as a Collector makes it of its own metrics; without `service.instance.id` where `uid` is empty. */
export function exportOf(uid: string, sent: number): Uint8Array {
  const scope = message((writer) => {
    for (const one of [
      metric('otelcol_exporter_sent_spans', 'sum', [[sent, 'otlp']]),
      metric('otelcol_exporter_sent_log_records', 'sum', [[1, 'otlp']]),
      metric('otelcol_receiver_accepted_spans', 'sum', [[sent + 2, 'otlp']]),
      metric('otelcol_exporter_queue_size', 'gauge', [
        [30, 'otlp'],
        [5, 'other'],
      ]),
      metric('otelcol_exporter_queue_capacity', 'gauge', [
        [100, 'otlp'],
        [10, 'other'],
      ]),
      metric('otelcol_process_memory_rss', 'gauge', [[4096, '']]),
      metric('something_else', 'sum', [[99, 'x']]),
    ])
      field(2, one)(writer);
  });
  return message((writer) => {
    const resource = message((inner) => {
      if (uid !== '') field(1, message(field(1, keyValue('service.instance.id', uid))))(inner);
      field(2, scope)(inner);
    });
    field(1, resource)(writer);
  });
}
