import { describe, expect, test } from 'vitest';
import { collectorRemarks, lineRemarks } from './collector-words.ts';

const TEXT = `receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 5
      http:
        foo: 1
  filelog:
    include: [/var/log/a]
    operators:
      - type: nope
processors:
  batch:
    timeout: nonsense
service:
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [debugg]
`;

const brief = (words: string, text = TEXT) =>
  collectorRemarks(words, text).map(
    ({ path, line, column, message }) => `${line}:${column} ${path} | ${message}`,
  );

describe('the words of a Collector', () => {
  test('that name a path lead to it', () => {
    const words = `service::pipelines::metrics: references exporter "debugg" which is not configured
processors::batch: send_batch_max_size must be greater or equal to send_batch_size
receivers::filelog::operators::0::type: is no operator`;
    expect(brief(words)).toEqual([
      '17:5 service::pipelines::metrics | references exporter "debugg" which is not configured',
      '13:3 processors::batch | send_batch_max_size must be greater or equal to send_batch_size',
      '11:9 receivers::filelog::operators::0::type | is no operator',
    ]);
  });

  test('that tell of fields one below the other lead to each field', () => {
    const words = `failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):

'receivers' error reading configuration for "otlp": decoding failed due to the following error(s):

'protocols.grpc' decoding failed due to the following error(s):

'endpoint' expected type 'string', got unconvertible type 'int'
'protocols.http' decoding failed due to the following error(s):

'otlpreceiver.HTTPConfig' has invalid keys: foo
'processors' error reading configuration for "batch": decoding failed due to the following error(s):

'timeout' time: invalid duration
'receivers' error reading configuration for "filelog": decoding failed due to the following error(s):

'operators[0]' unsupported type 'nope'`;
    expect(brief(words)).toEqual([
      "5:9 receivers::otlp::protocols::grpc::endpoint | expected type 'string', got unconvertible type 'int'",
      '7:9 receivers::otlp::protocols::http::foo | has the invalid key foo',
      '14:5 processors::batch::timeout | time: invalid duration',
      "11:9 receivers::filelog::operators::0 | unsupported type 'nope'",
    ]);
  });

  test('that name an unknown type lead to its component', () => {
    const words = `failed to get config: decoding failed due to the following error(s):

'receivers' unknown type: "otlpp" for id: "otlpp" (valid values: [nop otlp])`;
    expect(brief(words, 'receivers:\n  otlpp:\n')).toEqual([
      '2:3 receivers::otlpp | unknown type: "otlpp" for id: "otlpp" (valid values: [nop otlp])',
    ]);
  });

  test('on what another layer brings keep their path and have no line', () => {
    expect(brief('exporters::otlp: requires a non-empty "endpoint"')).toEqual([
      '0:0 exporters::otlp | requires a non-empty "endpoint"',
    ]);
  });

  test('that name no place are kept as they are', () => {
    expect(brief('cannot resolve the configuration:\nno such thing\n')).toEqual([
      '0:0  | cannot resolve the configuration:\nno such thing',
    ]);
  });

  test('lead nowhere in a text that cannot be read', () => {
    expect(brief('receivers::otlp: wrong', 'a: [')).toEqual(['0:0 receivers::otlp | wrong']);
  });
});

test('another program may name a line, which counts where the text has it', () => {
  expect(lineRemarks('syntax error at line 2', 'a\nb')).toEqual([
    { path: '', line: 2, column: 1, message: 'syntax error at line 2' },
  ]);
  expect(lineRemarks('syntax error at line 3', 'a\nb')).toMatchObject([{ line: 0, column: 0 }]);
});
