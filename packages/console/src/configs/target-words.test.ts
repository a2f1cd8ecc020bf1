import type { ComponentSchemaSummary, ComponentSchemaTarget } from '@drover/api';
import { expect, test } from 'vitest';
import { checkedWords, chooseSchema } from './target-words.ts';

const target = (
  distribution: string,
  version: string,
  agents: number,
  serves?: string,
): ComponentSchemaTarget => ({
  distribution,
  version,
  agents,
  schema:
    serves === undefined
      ? null
      : {
          distribution,
          version: serves,
          origin: 'bundled',
          hash: serves,
          match: serves === version ? 'exact' : 'nearest',
        },
});
const known = ['0.99.0', '0.149.0'].map(
  (version): ComponentSchemaSummary => ({
    distribution: 'otelcol-drover',
    version,
    origin: 'bundled',
    components: 20,
    hash: version,
    createdAt: null,
    author: null,
  }),
);
const choose = (...targets: ComponentSchemaTarget[]) =>
  chooseSchema({ agents: targets.reduce((sum, { agents }) => sum + agents, 0), targets }, known);

test('the schemas of most agents serve, and what has none is named', () => {
  expect(
    choose(
      target('contrib', '1.0.0', 20),
      target('otelcol-drover', '0.149.0', 12, '0.149.0'),
      target('otelcol-drover', '0.148.0', 1, '0.148.0'),
      target('', '', 1),
    ),
  ).toMatchObject({
    schema: { version: '0.149.0' },
    words: 'otelcol-drover 0.149.0, for 12 agents; other agents have 1 more version',
    gaps: ['contrib 1.0.0 (20 agents)', 'agents of unknown type (1 agent)'],
  });
});

test('schemas of another version than the agents have are said to be that', () => {
  expect(choose(target('otelcol-drover', '0.150.0', 2, '0.149.0')).words).toBe(
    'otelcol-drover 0.149.0, the nearest known to 0.150.0, for 2 agents',
  );
});

test('without agents, or without schemas for them, the newest of the server serve for what is offered', () => {
  expect(choose()).toMatchObject({
    schema: { version: '0.149.0' },
    words: 'otelcol-drover 0.149.0, assumed: no agents match',
    gaps: [],
  });
  const many = ['1', '2', '3', '4', '5'].map((version) => target('fluent-bit', version, 1));
  expect(choose(...many)).toMatchObject({
    words: 'otelcol-drover 0.149.0, assumed: no agents have a schema',
    gaps: ['1', '2', '3', '4', '5'].map((version) => `fluent-bit ${version} (1 agent)`),
  });
  expect(chooseSchema({ agents: 0, targets: [] }, [])).toEqual({
    schema: undefined,
    words: 'no schema available',
    gaps: [],
  });
});

test('what the settings were held against stands in one line', () => {
  const by = { distribution: 'otelcol-drover', version: '0.149.0', agents: 3 } as const;
  expect(checkedWords([{ ...by, match: 'exact' }])).toBe('Checked with otelcol-drover 0.149.0');
  expect(checkedWords([{ ...by, match: 'assumed' }])).toBe('Checked with otelcol-drover 0.149.0, assumed');
  expect(
    checkedWords([
      { ...by, match: 'nearest' },
      { ...by, match: 'exact' },
    ]),
  ).toBe('Checked with otelcol-drover 0.149.0, the nearest known and 1 more version');
  expect(checkedWords([])).toBe('Settings not checked: no schema available');
});
