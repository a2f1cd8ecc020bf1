import { describe, expect, test } from 'vitest';
import { openMemory } from '../testing/databases.ts';
import { componentSchemaSuite } from './component-schema.suite.ts';
import { chooseSchema, compareSchemas, type SchemaInfo } from './component-schema.ts';

componentSchemaSuite(openMemory);

const info = (distribution: string, version: string): SchemaInfo => ({
  distribution,
  version,
  origin: 'bundled',
  hash: '00',
  components: 1,
  createdAtMs: null,
  author: null,
});
const KNOWN = [
  info('otelcol', '0.149.0'),
  info('otelcol', '0.151.2'),
  info('otelcol', '1.0.0'),
  info('otelcol-contrib', '0.150.0'),
  info('odd', 'nightly'),
];
const chosen = (distribution: string, version: string): string | undefined => {
  const choice = chooseSchema(KNOWN, distribution, version);
  return choice && `${choice.match} ${choice.info.distribution} ${choice.info.version}`;
};

describe('the schemas for a version', () => {
  test('are its own, however the version is written', () => {
    expect(chosen('otelcol', '0.149.0')).toBe('exact otelcol 0.149.0');
    expect(chosen('otelcol', 'v0.149.0')).toBe('exact otelcol 0.149.0');
    expect(chosen('odd', 'nightly')).toBe('exact odd nightly');
  });

  test('are those of the newest version below it where it has none', () => {
    expect(chosen('otelcol', '0.150.0')).toBe('nearest otelcol 0.149.0');
    expect(chosen('otelcol', '0.151.10')).toBe('nearest otelcol 0.151.2');
    expect(chosen('otelcol', '0.152.0')).toBe('nearest otelcol 0.151.2');
    expect(chosen('otelcol', '1.2.3')).toBe('nearest otelcol 1.0.0');
  });

  test('are never those of a newer version, of another major version or of another distribution', () => {
    expect(chosen('otelcol', '0.148.9')).toBeUndefined();
    expect(chosen('otelcol', '2.0.0')).toBeUndefined();
    expect(chosen('otelcol-contrib', '0.149.0')).toBeUndefined();
    expect(chosen('otelcol', 'nightly')).toBeUndefined();
    expect(chosen('', '')).toBeUndefined();
  });

  test('are listed by distribution, the newest version first', () => {
    expect(KNOWN.toSorted(compareSchemas).map(({ version }) => version)).toEqual([
      'nightly',
      '1.0.0',
      '0.151.2',
      '0.149.0',
      '0.150.0',
    ]);
  });
});
