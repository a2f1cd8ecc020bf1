import { readOutline } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { outlineRows, rowAt } from './outline-rows.ts';

const TEXT = `receivers:
  otlp:
    protocols: {grpc: }
  filelog/a: {include: [x]}
service:
  extensions: [opamp]
  pipelines:
    traces:
      receivers: [otlp]
    "metrics/b":
      receivers: [otlp
`;

test('an outline is sections, their components, and pipelines, also of a text that is half-typed', () => {
  const rows = outlineRows(readOutline(TEXT));
  expect(rows.map(({ depth, name, count }) => `${'  '.repeat(depth)}${name} ${count}`)).toEqual([
    'receivers 2',
    '  otlp 0',
    '  filelog/a 0',
    'service 2',
    '  extensions 0',
    '  pipelines 2',
    '    traces 0',
    '    metrics/b 0',
  ]);
  for (const { from, name } of rows)
    expect(TEXT.slice(from).replace(/^"/, '').startsWith(name), name).toBe(true);
});

test.each([
  ['receivers', 'receivers'],
  ['grpc', 'otlp'],
  ['[x]', 'filelog/a'],
  ['[opamp]', 'extensions'],
  ['receivers: [otlp]', 'traces'],
])('a cursor at %s is in %s', (word, name) => {
  const rows = outlineRows(readOutline(TEXT));
  expect(rows[rowAt(rows, TEXT.indexOf(word))]?.name).toBe(name);
});

test('before the first key there is no row, and an empty text has none', () => {
  expect(outlineRows(readOutline(''))).toEqual([]);
  expect(rowAt(outlineRows(readOutline('\n# nothing yet\na: 1\n')), 0)).toBe(-1);
});
