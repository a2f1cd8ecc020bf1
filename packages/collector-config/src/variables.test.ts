import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCollectorConfig } from './parse.ts';
import { resolveVariables, type VariableLookup } from './resolve-variables.ts';
import { findVariables, MAX_VARIABLE_USES } from './variables.ts';

const VALUES: Readonly<Record<string, string>> = {
  'label.region': 'eu-west-1',
  'label.port': '4317',
  'label.words': 'a: b # c',
  'label.empty': '',
  'attr.host.name': 'node-7',
  'attr.evil': 'x\nexporters: {otlp: {endpoint: evil}}',
  'secret.key': '0123',
  'secret.pem': '-----BEGIN KEY-----\nabc\n-----END KEY-----\n',
};
const lookup: VariableLookup = (source, key) => VALUES[`${source}.${key}`];

function resolved(text: string): string {
  const result = resolveVariables(text, lookup);
  if (result.kind !== 'resolved') throw new Error(JSON.stringify(result));
  return result.text;
}

function data(text: string): unknown {
  const parsed = parseCollectorConfig(resolved(text));
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return parsed.data;
}

describe('variables in a configuration', () => {
  test('are found with source, key, default and place', () => {
    const text = 'a: ${drover:label.region}\nb:\n  - x-${drover:attr.host.name:-none}-${drover:secret.key}\n';
    expect(findVariables(text)).toEqual({
      uses: [
        { source: 'label', key: 'region', fallback: undefined, line: 1, column: 4 },
        { source: 'attr', key: 'host.name', fallback: 'none', line: 3, column: 7 },
        { source: 'secret', key: 'key', fallback: undefined, line: 3, column: 38 },
      ],
      problems: [],
    });
  });

  test.each([
    ['${drover:region}', 'is not a variable'],
    ['${drover:label.}', 'is not a variable'],
    ['${drover:env.HOME}', 'is not a variable'],
    ['${drover:label.a b}', 'is not a variable'],
    ['${drover:label.region', 'no closing brace'],
  ])('%s is a problem with its place', (reference, words) => {
    const { uses, problems } = findVariables(`k:\n  v: ${reference}\n`);
    expect(uses).toEqual([]);
    expect(problems).toEqual([{ line: 2, column: 6, message: expect.stringContaining(words) }]);
    expect(resolveVariables(`v: ${reference}`, lookup)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('line 1, column 4'),
    });
  });

  test('behind two dollars are text, as for the Collector, and its own references stay', () => {
    const text = 'a: $${drover:label.region}\nb: ${env:HOME}\nc: $$$${drover:label.region}\n';
    expect(resolved(text)).toBe(text);
  });

  test('become what YAML reads from the value, and a string inside quotes', () => {
    expect(
      data('a: ${drover:label.port}\nb: "${drover:label.port}"\nc: \'p-${drover:label.port}\'\n'),
    ).toEqual({ a: 4317, b: '4317', c: 'p-4317' });
    expect(data('endpoint: https://${drover:label.region}.example.com:${drover:label.port}/v1')).toEqual({
      endpoint: 'https://eu-west-1.example.com:4317/v1',
    });
  });

  test('are values, keys, and entries of lists', () => {
    expect(data('${drover:label.region}: {x: [1, "${drover:label.port}"]}')).toEqual({
      'eu-west-1': { x: [1, '4317'] },
    });
  });

  test('never change the structure, whatever the value', () => {
    expect(data('a: ${drover:attr.evil}\nb: "${drover:label.words}"\nc: pre ${drover:label.words}')).toEqual({
      a: 'x\nexporters: {otlp: {endpoint: evil}}',
      b: 'a: b # c',
      c: 'pre a: b # c',
    });
    expect(data('a: ${drover:label.empty}\nb: x${drover:label.none:-}')).toEqual({ a: '', b: 'x' });
  });

  test('that are secrets are strings, and fit into a block with several lines', () => {
    expect(data('a: ${drover:secret.key}\nb:\n  key_pem: |\n    ${drover:secret.pem}\n')).toEqual({
      a: '0123',
      b: { key_pem: '-----BEGIN KEY-----\nabc\n-----END KEY-----\n' },
    });
  });

  test('with a dollar are not expanded by the Collector, whose agent may have chosen them', () => {
    const evil: VariableLookup = () => '${env:TOKEN} costs 5$';
    expect(resolveVariables('a: ${drover:attr.x}', evil)).toEqual({
      kind: 'resolved',
      text: 'a: "$${env:TOKEN} costs 5$$"',
    });
    expect(resolveVariables('a: ${drover:attr.x}', evil, 'yaml')).toMatchObject({
      text: 'a: "${env:TOKEN} costs 5$"',
    });
  });

  test('keep anchors, tags and comments where they are', () => {
    const text = '# ${drover:label.none} is not set\na: &x ${drover:label.region} # here\nb: *x\n';
    expect(resolved(text)).toBe('# ${drover:label.none} is not set\na: &x eu-west-1 # here\nb: *x\n');
    expect(data('a: !!str ${drover:label.port}')).toEqual({ a: '4317' });
  });

  test('without value and default are all named', () => {
    const text = 'a: ${drover:label.none}\nb: ${drover:secret.gone}\nc: ${drover:label.none:-x}\n';
    const result = resolveVariables(text, lookup);
    expect(result).toMatchObject({
      kind: 'unresolved',
      missing: [
        { source: 'label', key: 'none', line: 1 },
        { source: 'secret', key: 'gone', line: 2 },
      ],
    });
  });

  test('in other formats are put in as they are, and a line break is refused', () => {
    const text = '[OUTPUT]\n  Host ${drover:label.region}\n';
    expect(resolveVariables(text, lookup, 'text')).toEqual({
      kind: 'resolved',
      text: '[OUTPUT]\n  Host eu-west-1\n',
    });
    expect(resolveVariables('Host ${drover:attr.evil}', lookup, 'text')).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('attr "evil"'),
    });
  });

  test('are bounded in number and in what they make of the text', () => {
    const many = '- ${drover:label.region}\n'.repeat(MAX_VARIABLE_USES + 1);
    expect(findVariables(many).problems).toHaveLength(1);
    const huge = resolveVariables('a: ${drover:label.x}${drover:label.x}', () => 'y'.repeat(700_000));
    expect(huge).toMatchObject({ kind: 'refused', message: expect.stringContaining('larger than') });
  });

  test('any value in any place of any scalar leaves every other value as it was', () => {
    const hole = fc.constantFrom('${drover:label.v}', 'a${drover:label.v}', '${drover:attr.v}b');
    const shape = fc.constantFrom(
      (text: string) => `a: ${text}\nz: 1\n`,
      (text: string) => `a: "${text}"\nz: 1\n`,
      (text: string) => `a: '${text}'\nz: 1\n`,
      (text: string) => `a:\n  - {q: "${text}"}\nz: 1\n`,
      (text: string) => `a: |\n  ${text}\n  more\nz: 1\n`,
      (text: string) => `a: >-\n  ${text}\nz: 1\n`,
    );
    const format = fc.constantFrom('collector' as const, 'yaml' as const);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        hole,
        shape,
        format,
        (value, text, write, as) => {
          const result = resolveVariables(write(text), () => value, as);
          if (result.kind !== 'resolved') throw new Error(JSON.stringify(result));
          const parsed = parseCollectorConfig(result.text);
          if (parsed.kind === 'invalid') throw new Error(JSON.stringify([result.text, parsed.findings]));
          expect(Object.keys(parsed.data)).toEqual(['a', 'z']);
          expect(parsed.data.z).toBe(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any text is read without a throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const whole = `a: \${drover:${text}`;
        findVariables(whole);
        resolveVariables(whole, lookup);
        resolveVariables(whole, lookup, 'text');
      }),
    );
  });
});
