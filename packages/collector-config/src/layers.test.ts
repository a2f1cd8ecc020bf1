import { describe, expect, test } from 'vitest';
import { mergeLayers } from './layers.ts';
import { SERVICE_EXTENSIONS } from './merge.ts';

const BASE = `receivers:
  otlp:
    protocols:
      grpc:
exporters:
  otlp:
    endpoint: base:4317
    headers: {team: a}
service:
  extensions: [zpages]
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [otlp]
`;
const REGION = `exporters:
  otlp:
    endpoint: eu:4317
    compression: none
service:
  extensions: [health_check]
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [otlp]
`;

function annotated(...texts: string[]): string[] {
  const merged = mergeLayers(
    texts.map((text, place) => ({ name: `layer-${place}`, text })),
    { unionLists: [SERVICE_EXTENSIONS] },
  );
  if (merged.kind === 'invalid') throw new Error(JSON.stringify(merged.findings));
  return merged.text
    .split('\n')
    .slice(0, -1)
    .map((line, at) => `${(merged.lines[at] ?? []).join('+')}| ${line}`);
}

describe('a stack of configurations', () => {
  test('is merged, and each line tells which layers it comes from', () => {
    expect(annotated(BASE, REGION)).toEqual([
      '0| receivers:',
      '0|   otlp:',
      '0|     protocols:',
      '0|       grpc:',
      '0+1| exporters:',
      '0+1|   otlp:',
      '1|     endpoint: eu:4317',
      '0|     headers:',
      '0|       team: a',
      '1|     compression: none',
      '0+1| service:',
      '0+1|   extensions:',
      '0+1|     - zpages',
      '0+1|     - health_check',
      '0+1|   pipelines:',
      '0|     traces:',
      '0|       receivers:',
      '0|         - otlp',
      '0|       exporters:',
      '0|         - otlp',
      '1|     metrics:',
      '1|       receivers:',
      '1|         - otlp',
      '1|       exporters:',
      '1|         - otlp',
    ]);
  });

  test('a value hides what earlier layers had there, whatever it was', () => {
    expect(annotated('a: {x: 1, y: 2}\n', 'a: text\n', 'a: {z: 3}\n')).toEqual(['2| a:', '2|   z: 3']);
    expect(annotated('a: |\n  one\n  two\nb: 1\n', 'b: 2\n')).toEqual([
      '0| a: |',
      '0|   one',
      '0|   two',
      '1| b: 2',
    ]);
  });

  test('tells what a later layer replaced, and by what', () => {
    const merged = mergeLayers([
      { name: 'base', text: BASE },
      { name: 'region', text: REGION },
      { name: 'site', text: 'exporters: {otlp: {endpoint: site:4317, headers: {team: a}}}' },
    ]);
    expect(merged).toMatchObject({
      overrides: [
        { path: 'exporters::otlp::endpoint', by: 1, over: 0, before: 'base:4317', after: 'eu:4317' },
        { path: 'exporters::otlp::endpoint', by: 2, over: 1, before: 'eu:4317', after: 'site:4317' },
        { path: 'service::extensions', by: 1, over: 0, before: ['zpages'], after: ['health_check'] },
      ],
    });
  });

  test('with a layer that cannot be read says which and why', () => {
    const merged = mergeLayers([
      { name: 'base', text: BASE },
      { name: 'broken', text: 'a: [' },
    ]);
    expect(merged).toMatchObject({ kind: 'invalid', place: 1, findings: [{ line: 1, source: 'yaml' }] });
  });

  test('of hostile keys is data like any other', () => {
    expect(annotated('__proto__: {a: 1}\n', 'constructor: 2\n')).toEqual([
      '0| __proto__:',
      '0|   a: 1',
      '1| constructor: 2',
    ]);
  });
});
