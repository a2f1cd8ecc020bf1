import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { formatYaml } from './format-yaml.ts';

function formatted(text: string): string {
  const result = formatYaml(text);
  if (result.kind !== 'formatted') throw new Error(result.reason);
  return result.text;
}

test('steps and spaces are made even; comments, quotes, numbers, order and empty values stay', () => {
  expect(
    formatted(`# head
receivers:
    otlp:   # the one
        protocols:
            grpc:
            http: {endpoint:   "0.0.0.0:4318" ,cors: }

    # before filelog
    filelog:
        include: [ /var/log/*.log,'/tmp/x' ]
        size: 0x10
        id: 12345678901234567890
        on: True
        script: |
           a
             b
exporters:
  debug: &x
  other: *x
service:
  extensions:
  - opamp   # last
# tail
`),
  ).toBe(`# head
receivers:
  otlp: # the one
    protocols:
      grpc:
      http: {endpoint: "0.0.0.0:4318", cors: }

  # before filelog
  filelog:
    include: [/var/log/*.log, '/tmp/x']
    size: 0x10
    id: 12345678901234567890
    on: True
    script: |
      a
        b
exporters:
  debug: &x
  other: *x
service:
  extensions:
    - opamp # last

# tail
`);
});

test.each([
  ['a: 1\nb: [1', 2, 'not valid YAML'],
  ['a:\n\t- b\n', 2, 'Tabs'],
  ['a: 1\n---\nb: 2\n', 2, 'more than one'],
  ['# only\n', undefined, 'only comments'],
  ['', undefined, 'only comments'],
  ['a: *b\n', undefined, 'alias'],
  ['x'.repeat(1024 * 1024 + 1), undefined, 'larger'],
])('what cannot be formatted says why: %#', (text, line, reason) => {
  const result = formatYaml(text);
  expect(result).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) });
  expect('line' in result ? result.line : undefined).toBe(line);
});

test('what is formatted means the same, and stays as it is when it is formatted again', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant('# no'));
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), value, { minKeys: 1, maxKeys: 4 }), (data) => {
      const text = stringify(data, { indent: 4, lineWidth: 40 });
      const once = formatted(text);
      expect(parse(once)).toEqual(parse(text));
      expect(formatted(once)).toBe(once);
    }),
    { numRuns: 150 },
  );
});
