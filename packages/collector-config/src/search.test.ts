import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { searchIn } from './search-match.ts';
import { MAX_SEARCH_TERMS, parseSearch, type SearchQuery } from './search-query.ts';
import { searchableOf } from './searchable.ts';

const CONFIG = `# sends to collector.example
receivers:
  otlp:
    protocols: {grpc: {endpoint: "0.0.0.0:4317"}}
  hostmetrics: {collection_interval: 10s}
exporters:
  otlp/backend:
    endpoint: Collector.Example:4317
    headers:
      authorization: Bearer hunter2Xa9
    tls:
      insecure: true
      key_pem: |
        -----BEGIN KEY-----
        hunter2
        -----END KEY-----
  otlphttp/unused: {traces_endpoint: "https://old.example/v1"}
  kafka: {brokers: ["kafka-1:9092", "kafka-2:9092"]}
service:
  pipelines:
    metrics/host: {receivers: [hostmetrics], exporters: [otlp/backend, kafka]}
`;

function queryOf(text: string): SearchQuery {
  const parsed = parseSearch(text);
  if (parsed.kind !== 'query') throw new Error(parsed.message);
  return parsed.query;
}

/** Lines that a search finds; undefined where the configuration does not match. */
function found(text: string, query: string, isText = false) {
  const [result] = searchIn([searchableOf(text, { isText })], queryOf(query), 50) ?? [];
  return result?.hits.map(({ line, path }) => `${line} ${path.join('::')}`);
}

describe('a search', () => {
  test.each([
    ['COLLECTOR.example', ['1 ', '8 exporters::otlp/backend::endpoint']],
    ['"endpoint: \\"0.0"', ['4 receivers::otlp::protocols']],
    ['0.0.0.0:4317', ['4 receivers::otlp::protocols::grpc::endpoint']],
    ['exporter:otlp', ['7 exporters::otlp/backend']],
    ['exporter:otlp/backend', ['7 exporters::otlp/backend']],
    ['exporter:otlp*', ['7 exporters::otlp/backend', '17 exporters::otlphttp/unused']],
    ['exporter:otlp/other', undefined],
    ['component:otlp', ['3 receivers::otlp', '7 exporters::otlp/backend']],
    ['pipeline:metrics', ['21 service::pipelines::metrics/host']],
    ['pipeline:traces', undefined],
    [
      'endpoint:4317',
      ['4 receivers::otlp::protocols::grpc::endpoint', '8 exporters::otlp/backend::endpoint'],
    ],
    ['exports:4317', ['8 exporters::otlp/backend::endpoint']],
    ['exports:kafka-2', ['18 exporters::kafka::brokers::1']],
    ['exports:old.example', undefined],
    ['endpoint:old.example', ['17 exporters::otlphttp/unused::traces_endpoint']],
    ['key:insecure=true', ['12 exporters::otlp/backend::tls::insecure']],
    ['key:insecure=false', undefined],
    ['key:collection_*', ['5 receivers::hostmetrics::collection_interval']],
    ['path:exporters::*::endpoint=collector', ['8 exporters::otlp/backend::endpoint']],
    ['path:exporters::*::insecure', undefined],
    ['path:exporters::**::insecure', ['12 exporters::otlp/backend::tls::insecure']],
    ['path:**::grpc', ['4 receivers::otlp::protocols::grpc']],
    ['exporter:otlp -processor:memory_limiter', ['7 exporters::otlp/backend']],
    ['-processor:memory_limiter', []],
    ['exporter:otlp -exports:kafka', undefined],
    ['nothing-like-it', undefined],
  ])('for %s', (query, lines) => {
    expect(found(CONFIG, query)).toEqual(lines);
  });

  test('never finds what is masked, and lines keep their numbers beside a masked value of several', () => {
    for (const secret of ['hunter2', 'BEGIN KEY', 'key:authorization=bearer', 'path:**::key_pem=hunter2'])
      expect(found(CONFIG, secret)).toBeUndefined();
    expect(found(CONFIG, 'key:key_pem=redacted')).toEqual(['13 exporters::otlp/backend::tls::key_pem']);
    expect(CONFIG.split('\n')[16]).toContain('otlphttp/unused');
  });

  test('looks through anchors and merge keys', () => {
    const text = `x: &base {endpoint: "gw.example:4317"}
exporters:
  otlp: {<<: *base, timeout: 5s}
  otlp/2: *base
service: {pipelines: {traces: {receivers: [], exporters: [otlp, otlp/2]}}}
`;
    expect(found(text, 'exports:gw.example')).toEqual(['1 exporters::otlp::endpoint']);
  });

  test('in what is no Collector configuration finds text, and knows of nothing that is not in it', () => {
    const text = '[OUTPUT]\n    Name es\n    Host es.example\n';
    expect(found(text, 'es.example', true)).toEqual(['3 ']);
    expect(found(text, 'exporter:es', true)).toBeUndefined();
    expect(found(text, '-exporter:es', true)).toBeUndefined();
    expect(found('exporters: [', '-exporter:es')).toBeUndefined();
    expect(found(text, 'output -nothing-like-it', true)).toEqual(['1 ']);
  });

  test('marks what was found, also in a line of ten thousand characters', () => {
    const hitsOf = (text: string, query: string) =>
      searchIn([searchableOf(text)], queryOf(query), 50)?.[0]?.hits[0];
    const hit = hitsOf('a: "x-NEEDLE-needle"', 'needle');
    expect(hit?.marks.map(([start, end]) => hit.text.slice(start, end))).toEqual(['NEEDLE', 'needle']);
    const long = hitsOf(`a: ${'x'.repeat(9000)}needle${'y'.repeat(9000)}`, 'needle');
    expect(long?.text.length).toBeLessThan(410);
    expect(long?.marks.map(([start, end]) => long.text.slice(start, end))).toEqual(['needle']);
  });

  test('needs all of its terms, each in one of several texts of one configuration', () => {
    const texts = ['exporters: {otlp: {}}', 'receivers: {otlp: {}}'].map((text) => searchableOf(text));
    expect(searchIn(texts, queryOf('exporter:otlp receiver:otlp'), 50)?.map(({ lines }) => lines)).toEqual([
      1, 1,
    ]);
    expect(searchIn(texts, queryOf('exporter:otlp receiver:kafka'), 50)).toBeUndefined();
  });

  test.each([
    ['', 1, 'nothing to search for'],
    ['  ', 1, 'nothing to search for'],
    ['a "b c', 3, 'not closed'],
    ['a exporter: b', 12, '"exporter:" needs a value'],
    ['path:exporters::::endpoint', 17, 'a step of the path is empty'],
    ['path:::a', 6, 'a step of the path is empty'],
    ['key:=x', 5, 'needs a name'],
    ['a -', 4, 'nothing to search for here'],
    ['""', 1, 'nothing to search for here'],
    ['x'.repeat(600), 513, 'at most 512 characters'],
    [
      Array(MAX_SEARCH_TERMS + 1)
        .fill('x')
        .join(' '),
      33,
      'at most 16 terms',
    ],
  ])('that cannot be read is refused with its place: %j', (text, column, message) => {
    expect(parseSearch(text)).toMatchObject({
      kind: 'invalid',
      column,
      message: expect.stringContaining(message),
    });
  });

  test('of any text never throws, nor does looking for it', () => {
    const searchable = searchableOf(CONFIG);
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const parsed = parseSearch(text);
        if (parsed.kind === 'query') searchIn([searchable], parsed.query, 10);
        else expect(parsed.column).toBeGreaterThan(0);
      }),
    );
  });

  test('for a path of many stars takes no longer than their number', () => {
    const deep = `a:\n${Array.from({ length: 40 }, (_, at) => `${' '.repeat(at + 1)}a:`).join('\n')} a\n`;
    const stars = `path:${Array(100).fill('**').join('::')}::b`;
    expect(found(deep, stars)).toBeUndefined();
    expect(found(`a: ${'a'.repeat(5000)}`, `key:${'*a'.repeat(200)}b`)).toBeUndefined();
  });
});
