import { expect, test } from 'vitest';
import { flowSample, grown } from './flow-sample.ts';

const TEXT = `# HELP otelcol_receiver_accepted_log_records Number of log records
# TYPE otelcol_receiver_accepted_log_records counter
otelcol_receiver_accepted_log_records{receiver="otlp",service_instance_id="x"} 7
otelcol_receiver_accepted_log_records{receiver="otlp/two"} 3
otelcol_receiver_refused_log_records{receiver="otlp"} 99
otelcol_exporter_sent_log_records__records__total{exporter="otlphttp"} 4 1700000000000
otelcol_exporter_sent_spans_total 1e3
otelcol_exporter_send_failed_spans{exporter="otlphttp"} 5
otelcol_receiver_accepted_metric_points NaN
`;

test('what receivers took in and exporters sent is summed by signal, whatever suffixes the names have', () => {
  expect(flowSample(TEXT, 5)).toEqual({
    atMs: 5,
    counters: {
      'accepted logs': 10,
      'accepted metrics': 0,
      'accepted traces': 0,
      'sent logs': 4,
      'sent metrics': 0,
      'sent traces': 1_000,
    },
  });
});

test('a counter that grew flows, and so does one that began anew and has counted since', () => {
  const at = (value: number) => flowSample(`otelcol_exporter_sent_spans ${value}`, 0);
  expect([...grown(at(5), at(6))]).toEqual(['sent traces']);
  expect([...grown(at(5), at(5))]).toEqual([]);
  expect([...grown(at(5), at(2))]).toEqual(['sent traces']);
  expect([...grown(at(5), at(0))]).toEqual([]);
});
