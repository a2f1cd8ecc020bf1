import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Lexer } from 'yaml';
import { parseCollectorConfig } from './parse.ts';
import { SectionReader } from './section-reader.ts';

const CONFIG = `# written for node-1
receivers:
  otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}
  # a comment
  filelog:
    include: [/var/log/*.log]

processors:
  batch:
exporters:
  debug:
    note: |+
      text # no comment
      key: value

# between
service:
  pipelines:
    logs: {receivers: [filelog], processors: [batch], exporters: [debug]}
`;

function expected(text: string) {
  const parsed = parseCollectorConfig(text);
  return parsed.kind === 'parsed' ? { kind: 'data', data: parsed.data } : { kind: 'invalid' };
}

function seen(reader: SectionReader, text: string) {
  const read = reader.read(text);
  return read.kind === 'data' ? { kind: 'data', data: read.data } : read;
}

describe('a configuration read by its sections', () => {
  test.each([
    ['a usual one', CONFIG],
    ['an empty one', ''],
    ['comments alone', '# nothing\n'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n'],
    ['a key twice in a row', 'a: 1\na: 3\n'],
    ['an anchor in another section', 'a: &x 1\nb: *x\n'],
    ['a merge key', 'a: &x {k: v}\nb: {<<: *x}\n'],
    ['several documents', 'a: 1\n---\nb: 2\n'],
    ['the end of a document', 'a: 1\n...\n'],
    ['indented sections', '  a: 1\n  b: 2\n'],
    ['quoted keys', '"a": 1\nb: 2\n'],
    ['brackets over lines', 'a: {x: 1,\ny: 2}\nb: 3\n'],
    ['a text over lines', 'a: "x\nb: y"\n'],
    ['a plain text over lines', 'a: x\n  b\nc: d\n'],
    ['a list at the start of lines', 'a:\n- 1\n- 2\nb: 3\n'],
    ['windows line ends', 'a:\r\n  b: 1\r\nc: 2\r\n'],
    ['tabs', 'a:\n\tb: 1\n'],
    ['no end of line', 'a: 1\nb: 2'],
    ['a list', '- a\n- b\n'],
    ['a scalar', 'text'],
    ['a prototype', '__proto__: 1\nconstructor: {a: 1}\n'],
    ['a directive', '%YAML 1.1\n---\na: 1\n'],
  ])('is what it is as a whole: %s', (_what, text) => {
    const reader = new SectionReader();
    expect(seen(reader, text)).toEqual(expected(text));
    expect(seen(reader, text)).toEqual(expected(text));
  });

  test('is what it is as a whole, whatever happened to its text', () => {
    const reader = new SectionReader();
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '{',
      '}',
      '"',
      "'",
      '#',
      '|',
      '&x',
      '*x',
      '\t',
      'b: ',
      '\n---\n',
    );
    const change = fc.tuple(fc.nat(CONFIG.length), fc.nat(12), piece);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        let text = CONFIG;
        for (const [at, length, instead] of changes)
          text = text.slice(0, at) + instead + text.slice(at + length);
        expect(seen(reader, text)).toEqual(expected(text));
      }),
      // Each run reads three texts, and each test run tries others: more of them in one costs minutes on a busy machine.
      { numRuns: 250 },
    );
  });

  test('has the key of another one with the same data, and of no other', () => {
    const reader = new SectionReader();
    const keyOf = (text: string) => {
      const read = reader.read(text);
      return read.kind === 'data' ? read.key : undefined;
    };
    const key = keyOf(CONFIG);
    expect(key).toMatch(/\d/);
    expect(keyOf(CONFIG.replace('node-1', 'node-2'))).toBe(key);
    expect(keyOf(CONFIG.replace('/var/log', '/srv/log'))).not.toBe(key);
    expect(keyOf('a: &x 1\nb: *x\n')).toBeUndefined();
  });

  test('costs no reading where only a comment or one section differs', () => {
    const reader = new SectionReader();
    reader.read(CONFIG);
    const spy = vi.spyOn(Lexer.prototype, 'lex');
    reader.read(CONFIG.replace('node-1', 'node-2'));
    expect(spy).not.toHaveBeenCalled();
    reader.read(CONFIG.replace('/var/log', '/srv/log'));
    for (const [text] of spy.mock.calls) expect(text).not.toContain('pipelines');
    spy.mockRestore();
  });

  test('that is too large is not read to its end', () => {
    const list = (count: number) => `a:\n${'- a\n'.repeat(count)}`;
    expect(new SectionReader().read(list(200_000))).toEqual({ kind: 'too_large' });
    expect(new SectionReader().read(`- x\n${list(200_000)}`)).toEqual({ kind: 'too_large' });
    expect(new SectionReader().read(list(1000)).kind).toBe('data');
  });

  test('keeps a bounded number of sections', () => {
    const reader = new SectionReader();
    // Nearly as much as one configuration may have, which is a quarter of what is kept.
    const text = (at: number) => `a: "${String(at).padStart(1_000_000, 'x')}"\n`;
    for (let at = 0; at < 5; at += 1) reader.read(text(at));
    const spy = vi.spyOn(Lexer.prototype, 'lex');
    reader.read(text(4));
    expect(spy).not.toHaveBeenCalled();
    reader.read(text(0));
    expect(spy).toHaveBeenCalled();
    spy.mockRestore();
  });
});
