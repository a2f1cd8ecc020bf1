import { expect, test } from 'vitest';
import type { ComponentSchemas } from './component-schemas.ts';
import { hoverAt } from './hover.ts';

const SCHEMAS: ComponentSchemas = {
  distribution: 'otelcol-drover',
  version: '0.149.0',
  components: {
    receivers: {
      otlp: {
        type: 'object',
        description: 'Takes OTLP in.',
        properties: {
          endpoint: { type: 'string', description: 'Where it listens.', default: 'localhost:4317' },
          level: { type: ['string', 'integer'], enum: ['', 'basic', 'detailed'], deprecated: true },
          timeout: { type: 'string', format: 'duration', default: '0s' },
          free: { 'x-unchecked': true },
        },
        additionalProperties: false,
      },
    },
  },
};

const TEXT = `receivers:
  otlp/in:
    endpoint: 0.0.0.0:4317 # everywhere
    level: basic
    timeout: 1s
    free: x
    endpiont: y
  kafka:
    brokers: [a]
service:
  pipelines:
    traces:
      receivers: [otlp/in, kafka]
other: 1
`;

const at = (word: string) => {
  const hover = hoverAt(TEXT, TEXT.indexOf(word) + 1, { schemas: SCHEMAS });
  return hover && { ...hover, word: TEXT.slice(hover.from, hover.to) };
};

test('a setting has its type, default, words and description', () => {
  expect(at('endpoint')).toMatchObject({
    word: 'endpoint',
    path: 'receivers::otlp/in::endpoint',
    type: 'text',
    default: 'localhost:4317',
    description: 'Where it listens.',
    state: 'known',
    isDeprecated: false,
  });
  expect(at('level')).toMatchObject({
    type: 'text or whole number',
    oneOf: ['basic', 'detailed'],
    isDeprecated: true,
  });
  expect(at('timeout')).toMatchObject({ type: 'duration', default: '0s' });
});

test('a value tells of its setting, and an id in a pipeline of its component', () => {
  expect(at('0.0.0.0')).toMatchObject({ word: '0.0.0.0:4317', path: 'receivers::otlp/in::endpoint' });
  const inPipeline = hoverAt(TEXT, TEXT.lastIndexOf('otlp/in'), { schemas: SCHEMAS });
  expect(inPipeline).toMatchObject({
    path: 'receivers::otlp/in',
    type: 'receiver',
    description: 'Takes OTLP in.',
  });
});

test('what no schema knows is not checked, what the schema does not have is absent', () => {
  expect(at('kafka')).toMatchObject({ type: 'receiver kafka', state: 'unchecked' });
  expect(at('brokers')).toMatchObject({ state: 'unchecked' });
  expect(at('free')).toMatchObject({ state: 'unchecked' });
  expect(at('endpiont')).toMatchObject({ state: 'absent' });
  expect(hoverAt(TEXT, TEXT.indexOf('endpoint'))).toMatchObject({ state: 'unchecked' });
});

test('sections and lists of pipelines say what they are for', () => {
  expect(at('receivers')).toMatchObject({ description: 'Components that receive data', state: 'known' });
  const list = hoverAt(TEXT, TEXT.lastIndexOf('receivers'), {});
  expect(list?.description).toContain('ids of receivers and connectors');
});

test('there is nothing to say of comments, blank places and other sections', () => {
  for (const word of ['# everywhere', 'other']) expect(at(word)).toBeUndefined();
  expect(hoverAt(TEXT, TEXT.length, { schemas: SCHEMAS })).toBeUndefined();
  expect(hoverAt('', 0)).toBeUndefined();
});
