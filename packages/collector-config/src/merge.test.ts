import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigMap, ConfigValue } from './config-data.ts';
import { isSameConfig } from './config-data.ts';
import { mergeConfigs, SERVICE_EXTENSIONS } from './merge.ts';
import { parseCollectorConfig } from './parse.ts';
import { stringifyConfig } from './stringify.ts';

/** Keys and texts that YAML readers disagree about, beside any others. */
const word = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'yes',
    'on',
    '0755',
    '1_000',
    '0b11',
    '1e3',
    '.5',
    '2024-01-01',
    '<<',
    '~',
    'null',
    '10s',
    '0.0.0.0:8888',
    '',
    ' x',
    '# x',
    '- x',
    '${env:X}',
    'a\nb\n',
    '\t',
  ),
);
const configValue: fc.Arbitrary<ConfigValue> = fc.letrec<{ value: ConfigValue; map: ConfigMap }>((tie) => ({
  map: fc.dictionary(word, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 63n }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((number) => !Object.is(number, -0)),
    word,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
})).value;
const config = fc.dictionary(word, configValue, { maxKeys: 5, noNullPrototype: true });

function roundTrip(data: ConfigMap): ConfigMap {
  const parsed = parseCollectorConfig(stringifyConfig(data));
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return parsed.data;
}

describe('stringify and parse', () => {
  test('any configuration comes back as it was', () => {
    fc.assert(fc.property(config, (data) => isSameConfig(roundTrip(data), data)));
  });

  test('any text gives data or findings, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'{}[]:,-?&*!|>\'"%@ \n\ta') }),
        ),
        (text) => {
          const parsed = parseCollectorConfig(text);
          return parsed.kind === 'parsed' || parsed.findings.length > 0;
        },
      ),
    );
  });

  test('numbers are read as the Collector reads them', () => {
    const parsed = parseCollectorConfig(
      'a: 0755\nb: 0b11\nc: 1_000\nd: 9223372036854775807\ne: "0755"\nf: 0x1F\ng: 1.50\n',
    );
    expect(parsed).toMatchObject({
      data: { a: 493, b: 3, c: 1000, d: 9223372036854775807n, e: '0755', f: 31, g: 1.5 },
    });
  });

  test('merge keys and aliases are written out', () => {
    const parsed = parseCollectorConfig(
      'base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nlist: {<<: [{x: 1}, {x: 2, z: 3}]}\n',
    );
    expect(parsed).toMatchObject({ data: { use: { x: 1, y: 3 }, list: { x: 1, z: 3 } } });
  });
});

describe('merge', () => {
  test('maps are merged at every depth, lists and single values replaced', () => {
    const merged = mergeConfigs([
      {
        receivers: { otlp: { protocols: { grpc: null } }, nop: {} },
        service: { pipelines: { logs: { receivers: ['otlp', 'nop'] } } },
      },
      {
        receivers: { otlp: { protocols: { http: null } }, nop: null },
        service: { pipelines: { logs: { receivers: ['nop'] } } },
      },
    ]);
    expect(merged).toEqual({
      receivers: { otlp: { protocols: { grpc: null, http: null } }, nop: null },
      service: { pipelines: { logs: { receivers: ['nop'] } } },
    });
  });

  test('extensions of the service are joined where that is asked for', () => {
    const layers = [{ service: { extensions: ['a', 'b'] } }, { service: { extensions: ['c', 'a'] } }];
    expect(mergeConfigs(layers, { unionLists: [SERVICE_EXTENSIONS] })).toEqual({
      service: { extensions: ['a', 'b', 'c'] },
    });
    expect(mergeConfigs(layers)).toEqual({ service: { extensions: ['c', 'a'] } });
  });

  test('a layer on itself changes nothing, and grouping does not matter', () => {
    fc.assert(
      fc.property(config, config, config, (a, b, c) => {
        expect(isSameConfig(mergeConfigs([a, a]), a)).toBe(true);
        expect(
          isSameConfig(mergeConfigs([mergeConfigs([a, b]), c]), mergeConfigs([a, mergeConfigs([b, c])])),
        ).toBe(true);
      }),
    );
  });

  test('no key reaches the prototype', () => {
    const hostile = roundTrip(
      JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": {"polluted": true}}}'),
    );
    const merged = mergeConfigs([{ a: {} }, hostile]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((merged.a as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(merged)).toContain('__proto__');
  });
});
