import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentRecord, NEVER_SEEN, uidAt } from '../testing/agent-record.ts';
import { AgentFleet } from './agent-fleet.ts';
import { matchesSelector, parseSelector, requireSelector } from './selector.ts';
import { SelectorRules } from './selector-rules.ts';

const UID = '01900000-0000-7000-8000-00000000000a';
const subject = {
  uid: UID,
  labels: { env: 'prod', 'team/name': 'core' },
  attributes: ['os.type', 'linux', 'env', 'attribute', 'image', 'otel:1.2', 'text', 'a, "b" \\'],
};

describe('a selector', () => {
  test.each([
    ['', true],
    ['  ', true],
    ['env=prod', true],
    ['env = prod , os.type=linux', true],
    ['env=attribute', false],
    ['attr:env=attribute', true],
    ['label:env=attribute', false],
    ['label:os.type=linux', false],
    ['env!=prod', false],
    ['zone!=a', true],
    ['env in (test, prod)', true],
    ['env notin (test,prod)', false],
    ['zone notin (a)', true],
    ['os.type', true],
    ['!os.type', false],
    ['!label:os.type', true],
    ['team/name=core', true],
    ['image=otel:1.2', true],
    ['image="otel:1.2"', true],
    ['text="a, \\"b\\" \\\\"', true],
    [`instanceUid=${UID.toUpperCase()}`, true],
    [`instanceUid!=${UID}`, false],
    ['in in (a)', false],
  ])('%s → %s', (text, expected) => {
    expect(matchesSelector(requireSelector(text), subject)).toBe(expected);
  });

  test.each([
    ['env=', 1, 5, 'expected a value'],
    ['env=,a', 1, 5, 'expected a value'],
    ['env=a b', 1, 7, 'expected "," or the end, found "b"'],
    ['env in a', 1, 8, 'expected "(", found "a"'],
    ['env in (a b)', 1, 11, 'expected "," or ")"'],
    ['env in (', 1, 9, 'found the end'],
    ['env in ()', 1, 9, 'expected a value'],
    ['a=b,', 1, 5, 'expected a key, found the end'],
    [',a', 1, 1, 'expected a key, found ","'],
    ['a=b,\n  &', 2, 3, '"&" is allowed only in double quotes'],
    ['a="b', 1, 3, 'the closing double quote is missing'],
    ['a="\\n"', 1, 4, 'after "\\" only'],
    ['tag:a=b', 1, 1, 'only label: or attr: may come before a key'],
    ['a (b)', 1, 3, 'expected "=", "!="'],
    ['!', 1, 2, 'expected a key'],
  ])('%j is refused at line %i, column %i', (text, line, column, message) => {
    const outcome = parseSelector(text);
    expect(outcome).toMatchObject({ kind: 'fault', fault: { line, column } });
    if (outcome.kind === 'fault') expect(outcome.fault.message).toContain(message);
    expect(() => requireSelector(text)).toThrow(`line ${line}, column ${column}`);
  });

  test.each([
    ['os.type==linux', 8, 'write "=" instead of "=="', 'os.type=linux'],
    ['env !== prod', 5, 'write "!=" instead of "!=="', 'env != prod'],
    ['env<>prod', 4, 'write "!=" instead of "<>"', 'env!=prod'],
    ['env=prod && os.type=linux', 10, 'write "," instead of "&&"', 'env=prod, os.type=linux'],
    ['env=prod AND !canary', 10, 'write "," instead of "AND"', 'env=prod, !canary'],
    ['canary and env=prod', 8, 'write "," instead of "and"', 'canary, env=prod'],
    ['env=prod; zone=a', 9, 'write "," instead of ";"', 'env=prod, zone=a'],
    ['env=prod os.type=linux', 10, 'write "," before os.type', 'env=prod, os.type=linux'],
    ['env:prod', 4, 'write "=" instead of ":"', 'env=prod'],
    ['label:env: prod', 10, 'write "=" instead of ":"', 'label:env= prod'],
    ['env not in (a, b)', 5, 'write "notin" instead of "not in"', 'env notin (a, b)'],
    ['env IN [a, b]', 5, 'write "in" instead of "IN"', 'env in (a, b)'],
    ['env=\'pre "prod"\'', 5, 'instead of', 'env="pre \\"prod\\""'],
    ['env==a && zone == b', 4, 'write "=" instead of "=="', 'env=a, zone = b'],
    ['a="x == y" && b==c', 12, 'write "," instead of "&&"', 'a="x == y", b=c'],
    ['a="1",\nb==c', 2, 'write "=" instead of "=="', 'a="1",\nb=c'],
  ])(
    '%j: what is written otherwise here is named, with a selector that may be meant',
    (text, column, message, suggestion) => {
      const outcome = parseSelector(text);
      expect(outcome).toMatchObject({ kind: 'fault', fault: { column, suggestion } });
      if (outcome.kind === 'fault') expect(outcome.fault.message).toContain(message);
      expect(parseSelector(suggestion).kind).toBe('ok');
      expect(() => requireSelector(text)).toThrow(`: ${suggestion}`);
    },
  );

  test.each([
    ['env=a or env=b', 7, 'there is no "or"'],
    ['env=a || env=b', 7, 'there is no "or"'],
    ['env=~a.*', 5, 'compared as a whole'],
    ['cpu>3', 4, 'compared as a whole'],
  ])('%j: what selectors do not have is said, and nothing is suggested', (text, column, message) => {
    const outcome = parseSelector(text);
    expect(outcome).toMatchObject({ kind: 'fault', fault: { column } });
    if (outcome.kind !== 'fault') return;
    expect(outcome.fault.message).toContain(message);
    expect(outcome.fault.suggestion).toBeUndefined();
  });

  test('what is suggested is a selector', () => {
    const part = fc.constantFrom(
      'env',
      'a:b',
      '==',
      '!==',
      '=',
      '&&',
      'and',
      '(',
      ']',
      ',',
      "'x'",
      '"y"',
      ' ',
      'in',
      'not',
      ':',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const outcome = parseSelector(parts.join(''));
        if (outcome.kind === 'fault' && outcome.fault.suggestion !== undefined)
          expect(parseSelector(outcome.fault.suggestion).kind).toBe('ok');
      }),
    );
  });

  test('any text at all is parsed or refused with a place in it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const outcome = parseSelector(text);
        if (outcome.kind === 'fault') expect(outcome.fault.column).toBeGreaterThan(0);
      }),
    );
  });
});

const key = fc.constantFrom('env', 'os.type', 'zone');
const value = fc.constantFrom('a', 'b', 'c');
const scope = fc.constantFrom('', 'label:', 'attr:');
const term = fc.oneof(
  fc.tuple(scope, key, fc.constantFrom('=', '!='), value).map(([s, k, o, v]) => `${s}${k}${o}${v}`),
  fc
    .tuple(scope, key, fc.constantFrom('in', 'notin'), fc.array(value, { minLength: 1, maxLength: 3 }))
    .map(([s, k, o, v]) => `${s}${k} ${o} (${v.join(',')})`),
  fc.tuple(fc.constantFrom('', '!'), scope, key).map((parts) => parts.join('')),
  fc.nat(9).map((at) => `instanceUid=${uidAt(at)}`),
);
const selectorText = fc.array(term, { maxLength: 4 }).map((terms) => terms.join(','));
const described = fc.record({
  labels: fc.dictionary(key, value),
  attributes: fc.dictionary(key, value).map((attributes) => Object.entries(attributes).flat()),
});

test('the index finds exactly the agents that a selector matches, also after they changed', () => {
  fc.assert(
    fc.property(
      fc.array(described, { maxLength: 10 }),
      fc.array(fc.tuple(fc.nat(9), fc.option(described)), { maxLength: 10 }),
      selectorText,
      (agents, changes, text) => {
        const fleet = new AgentFleet();
        agents.forEach((agent, at) => {
          fleet.add(agentRecord(at, agent), NEVER_SEEN);
        });
        for (const [at, next] of changes) {
          const entry = fleet.get(uidAt(at));
          if (entry === undefined) {
            if (next !== null) fleet.add(agentRecord(at, next), NEVER_SEEN);
          } else if (next === null) fleet.remove(entry);
          else fleet.replace(entry, agentRecord(at, next));
        }
        const selector = requireSelector(text);
        const found: string[] = [];
        fleet.matching({ selector }).forEach((slot) => {
          found.push(fleet.at(slot)?.record.uid ?? 'nobody');
        });
        const expected = [...fleet.entries()]
          .filter(({ record }) => matchesSelector(selector, record))
          .map(({ record }) => record.uid);
        expect(found.sort()).toEqual(expected.sort());
      },
    ),
  );
});

test('standing rules that match an agent are found by what it has', () => {
  fc.assert(
    fc.property(fc.array(selectorText, { maxLength: 8 }), fc.nat(7), described, (texts, gone, agent) => {
      const rules = new SelectorRules();
      texts.forEach((text, at) => {
        rules.add(String(at), requireSelector(text));
      });
      rules.remove(String(gone));
      const record = agentRecord(1, agent);
      const expected = texts.flatMap((text, at) =>
        at !== gone && matchesSelector(requireSelector(text), record) ? [String(at)] : [],
      );
      expect(rules.matching(record).sort()).toEqual(expected.sort());
    }),
  );
});
