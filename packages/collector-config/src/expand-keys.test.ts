import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConfigMap } from './config-data.ts';
import { expandKeys } from './expand-keys.ts';

test('a key with separators is a map in a map, at every depth, joined with what stands beside it', () => {
  expect(
    expandKeys({
      'receivers::otlp/a': { protocols: null, 'protocols::grpc': { x: 1 } },
      receivers: { nop: null },
      'service::pipelines::traces::receivers': ['otlp/a'],
      service: { telemetry: { 'metrics::level': 'none' } },
    }),
  ).toEqual({
    receivers: { nop: null, 'otlp/a': { protocols: { grpc: { x: 1 } } } },
    service: { pipelines: { traces: { receivers: ['otlp/a'] } }, telemetry: { metrics: { level: 'none' } } },
  });
});

test('lists are left alone, as by the Collector', () => {
  const config = { processors: { x: { actions: [{ 'a::b': 1 }] } } };
  expect(expandKeys(config)).toEqual(config);
});

test('a value beside a map of the same name gives way to the later one', () => {
  expect(expandKeys({ a: 1, 'a::b': 2 })).toEqual({ a: { b: 2 } });
  expect(expandKeys({ 'a::b': 2, a: 1 })).toEqual({ a: 1 });
});

test('what would nest too deep is none', () => {
  expect(expandKeys({ [Array(200_000).fill('a').join('::')]: 1 })).toBeUndefined();
  expect(
    expandKeys({ [Array(60).fill('a').join('::')]: { [Array(60).fill('a').join('::')]: 1 } }),
  ).toBeUndefined();
  expect(expandKeys({ [Array(60).fill('a').join('::')]: 1 })).toBeDefined();
});

test('no key keeps its separators, whatever it is called', () => {
  const key = fc.string({ unit: fc.constantFrom('a', ':', '::', '__proto__', 'constructor'), maxLength: 5 });
  const map = fc.letrec((tie) => ({
    map: fc.dictionary(
      key,
      fc.oneof({ maxDepth: 3 }, fc.constant(1), fc.constant([{ 'a::b': 1 }]), tie('map')),
      { maxKeys: 3 },
    ),
  })).map;
  const keysOf = (value: unknown): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, child]) => [name, ...keysOf(child)])
      : [];
  fc.assert(
    fc.property(map, (config) => {
      expect(keysOf(expandKeys(config as ConfigMap)).filter((name) => name.includes('::'))).toEqual([]);
    }),
  );
});
