import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type ConfigValue, isConfigList, isConfigMap } from './config-data.ts';
import { entryAt, findEntry, readOutline } from './outline.ts';

/** Many texts on a machine that does other things too. */
const SLOW_MS = 60_000;

const paths = (text: string) =>
  readOutline(text).map(({ path, value }) =>
    value === undefined ? path.join('::') : `${path.join('::')}=${value.text}`,
  );

describe('outline', () => {
  test('keys, list entries and words of a configuration, in blocks and in brackets', () => {
    const text = `# fleet
receivers:
  otlp/in: &in # the way in
    protocols: {grpc: {endpoint: "0.0.0.0:4317"}, http: }
  'host metrics':
    <<: *in
service:
  pipelines:
    traces: {receivers: [otlp/in, "b"], exporters: [
      debug, # more to come
      otlp,
    ]}
    logs:
      receivers:
      - otlp/in
      - filelog   # local
      processors: []
list:
  - name: a
    value: 1
  - - x
  -
`;
    expect(paths(text)).toEqual([
      'receivers',
      'receivers::otlp/in',
      'receivers::otlp/in::protocols',
      'receivers::otlp/in::protocols::grpc',
      'receivers::otlp/in::protocols::grpc::endpoint=0.0.0.0:4317',
      'receivers::otlp/in::protocols::http',
      'receivers::host metrics',
      'receivers::host metrics::<<=*in',
      'service',
      'service::pipelines',
      'service::pipelines::traces',
      'service::pipelines::traces::receivers',
      'service::pipelines::traces::receivers::0=otlp/in',
      'service::pipelines::traces::receivers::1=b',
      'service::pipelines::traces::exporters',
      'service::pipelines::traces::exporters::0=debug',
      'service::pipelines::traces::exporters::1=otlp',
      'service::pipelines::logs',
      'service::pipelines::logs::receivers',
      'service::pipelines::logs::receivers::0=otlp/in',
      'service::pipelines::logs::receivers::1=filelog',
      'service::pipelines::logs::processors',
      'list',
      'list::0',
      'list::0::name=a',
      'list::0::value=1',
      'list::1',
      'list::1::0=x',
      'list::2',
    ]);
  });

  test('what looks like keys within texts of several lines is none', () => {
    const text = `a: |
  key: no
    deeper: no

  - no
b: "begins
  goes: on"
c:
  - >-
    folded: no
  - d: |
      x: no
    e: 1
---
f: 'it''s: no key'
`;
    expect(paths(text)).toEqual([
      'a',
      'b=begins',
      'c',
      'c::0',
      'c::1',
      'c::1::d',
      'c::1::e=1',
      "f=it''s: no key",
    ]);
  });

  test.each([
    ['a word without a colon', 'service:\n  pipel\n  extensions: [x]\n'],
    ['a bracket that stays open', 'service:\n  telemetry: [a, b\n  extensions: [x]\n'],
    ['a brace that stays open', 'service: \n  telemetry: {a: b\n  extensions: [x]\n'],
    ['a quote that stays open', 'service:\n  name: "abc\n  extensions: [x]\n'],
    ['a word further in than it may be', 'service:\n    abc\n  extensions: [x]\n'],
  ])('%s costs no later line', (_name, text) => {
    expect(paths(text)).toContain('service::extensions::0=x');
  });

  test(
    'any text is read, in time that grows with its length',
    () => {
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom(...'ab:-[]{}\'"#|> \n\t,&*!\r') }), (text) => {
          for (const { from, to } of readOutline(text)) {
            expect(from).toBeLessThanOrEqual(to);
            expect(to).toBeLessThanOrEqual(text.length);
          }
        }),
        { numRuns: 1000 },
      );
      for (const piece of ['[', '{a: ', '- ', 'a: ', '"', ' ', ': ', '#', '\n [']) {
        expect(() => readOutline(piece.repeat(100_000))).not.toThrow();
      }
    },
    SLOW_MS,
  );

  const word = fc
    .stringMatching(/^[a-z][a-z0-9_/]{0,8}$/)
    .filter((text) => !/^(null|true|false|y|n|yes|no|on|off)$/.test(text));
  const { data } = fc.letrec<{ data: ConfigValue }>((tie) => ({
    data: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'outline' },
      word,
      fc.constantFrom('a: b', '- x', '# no', "it's", 'say "hi"', 'two\nlines: 2\n', '[x', '0.0.0.0:80'),
      fc.array(tie('data'), { maxLength: 3 }),
      fc.dictionary(word, tie('data'), { maxKeys: 4 }),
    ),
  }));

  test(
    'the outline of a valid text has exactly the paths of its data',
    () => {
      fc.assert(
        fc.property(
          fc.dictionary(word, data, { minKeys: 1, maxKeys: 4 }),
          fc.constantFrom({ collectionStyle: 'block' as const }, { collectionStyle: 'flow' as const }, {}),
          fc.boolean(),
          (config, style, indentSeq) => {
            const text = stringify(config, { ...style, indentSeq, lineWidth: 40 });
            expect(
              readOutline(text).map(({ path }) => path.join('::')),
              text,
            ).toEqual(pathsOf(config));
          },
        ),
        { numRuns: 300 },
      );
    },
    SLOW_MS,
  );
});

function pathsOf(value: ConfigValue, path = ''): string[] {
  const at = (step: string | number, below: ConfigValue) => {
    const next = path === '' ? String(step) : `${path}::${step}`;
    return [next, ...pathsOf(below, next)];
  };
  if (isConfigMap(value)) return Object.entries(value).flatMap(([key, below]) => at(key, below));
  if (isConfigList(value)) return value.flatMap((below, index) => at(index, below));
  return [];
}

describe('the entry at a place', () => {
  const text = 'receivers:\n  otlp:\n\nservice:\n  extensions: [opamp, zpages]\n';
  const entries = readOutline(text);
  test.each([
    [0, 'receivers'],
    [11, 'receivers::otlp'],
    [text.indexOf('\n\n') + 1, 'receivers::otlp'],
    [text.indexOf('  ext'), 'service::extensions'],
    [text.indexOf('zpages') + 3, 'service::extensions::1'],
    [text.length, 'service::extensions::1'],
  ])('offset %d stands in %s', (offset, path) => {
    expect(entryAt(text, entries, offset)?.path.join('::')).toBe(path);
  });

  test('is found by its path', () => {
    expect(findEntry(entries, ['service', 'extensions', 0])?.from).toBe(text.indexOf('opamp'));
    expect(findEntry(entries, ['service', 'pipelines'])).toBeUndefined();
    expect(entryAt('', [], 0)).toBeUndefined();
  });
});
