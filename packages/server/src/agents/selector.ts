import { DomainError } from '../lib/errors.ts';
import { type Attributes, attributeOf, type Labels } from './agent.ts';
import { mendSelector, strangerAt } from './selector-slips.ts';

/** Where a key is looked up: an operator's label, an attribute of the description, or the label else the attribute. */
export type SelectorScope = 'any' | 'label' | 'attr' | 'uid';

export interface Requirement {
  readonly scope: SelectorScope;
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent';
  /** Empty for `exists` and `absent`. */
  readonly values: readonly string[];
}

/** A parsed selector: all requirements must hold; none at all matches every agent. */
export interface Selector {
  readonly text: string;
  readonly requirements: readonly Requirement[];
}

export interface SelectorFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** A selector that may be what was meant, where the fault is a usual slip. */
  readonly suggestion?: string;
}

export type SelectorOutcome =
  | { readonly kind: 'ok'; readonly selector: Selector }
  | { readonly kind: 'fault'; readonly fault: SelectorFault };

/** What a selector looks at. */
export interface SelectorSubject {
  readonly uid: string;
  readonly labels: Labels;
  readonly attributes: Attributes;
}

type Token =
  | { readonly kind: 'word' | 'quoted'; readonly text: string; readonly at: number }
  | { readonly kind: ',' | '=' | '!=' | '!' | '(' | ')' | ':'; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

class Fault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const WORD = /[A-Za-z0-9._/@+*-]+/y;
const UID_KEY = 'instanceUid';

export function parseSelector(text: string): SelectorOutcome {
  try {
    return { kind: 'ok', selector: { text, requirements: new Parser(text).parse() } };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'fault', fault: faultOf(text, error) };
  }
}

/** A usual slip is named as such, with what may have been meant, where all of the text is right without it. */
function faultOf(text: string, { at, message }: Fault): SelectorFault {
  const mended = mendSelector(text);
  const [slip] = mended.slips;
  if (slip !== undefined && parses(mended.text)) {
    return { ...placeOf(text, slip.at), message: slip.message, suggestion: mended.text };
  }
  return { ...placeOf(text, at), message: strangerAt(text, at) ?? message };
}

function parses(text: string): boolean {
  try {
    new Parser(text).parse();
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** The selector, or `invalid_selector` with line, column and what was expected. */
export function requireSelector(text: string, pointer = '/selector'): Selector {
  const outcome = parseSelector(text);
  if (outcome.kind === 'ok') return outcome.selector;
  const { message, ...place } = outcome.fault;
  const meant = place.suggestion === undefined ? '' : `: ${place.suggestion}`;
  throw new DomainError(
    'invalid_selector',
    `selector, line ${place.line}, column ${place.column}: ${message}${meant}`,
    { errors: [{ pointer, detail: message, ...place }] },
  );
}

export function matchesSelector(selector: Selector, subject: SelectorSubject): boolean {
  return selector.requirements.every((requirement) => holds(requirement, subject));
}

function holds({ scope, key, operator, values }: Requirement, subject: SelectorSubject): boolean {
  const value = valueAt(scope, key, subject);
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
  }
}

function valueAt(scope: SelectorScope, key: string, subject: SelectorSubject): string | undefined {
  const label = (): string | undefined =>
    Object.hasOwn(subject.labels, key) ? subject.labels[key] : undefined;
  switch (scope) {
    case 'uid':
      return subject.uid;
    case 'label':
      return label();
    case 'attr':
      return attributeOf(subject.attributes, key);
    case 'any':
      return label() ?? attributeOf(subject.attributes, key);
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#peek().kind === 'end') return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const token = this.#take();
      if (token.kind === 'end') return requirements;
      if (token.kind !== ',') throw unexpected(token, 'expected "," or the end');
    }
  }

  #requirement(): Requirement {
    const isAbsent = this.#peek().kind === '!';
    if (isAbsent) this.#take();
    const { scope, key } = this.#key();
    const build = (operator: Requirement['operator'], values: readonly string[]): Requirement => ({
      scope,
      key,
      operator,
      values: scope === 'uid' ? values.map((value) => value.toLowerCase()) : values,
    });
    if (isAbsent) return build('absent', []);
    const token = this.#peek();
    if (token.kind === '=' || token.kind === '!=') {
      this.#take();
      return build(token.kind === '=' ? 'in' : 'notin', [this.#value()]);
    }
    if (token.kind === 'word' && (token.text === 'in' || token.text === 'notin')) {
      this.#take();
      return build(token.text, this.#values());
    }
    if (token.kind === 'word' || token.kind === 'quoted' || token.kind === '(') {
      throw unexpected(token, 'expected "=", "!=", "in (…)", "notin (…)", "," or the end');
    }
    return build('exists', []);
  }

  #key(): { scope: SelectorScope; key: string } {
    const token = this.#take();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw unexpected(token, 'expected a key');
    if (this.#peek().kind !== ':') {
      return { scope: token.text === UID_KEY && token.kind === 'word' ? 'uid' : 'any', key: token.text };
    }
    if (token.text !== 'label' && token.text !== 'attr') {
      throw new Fault(token.at, `"${token.text}:" is not known; only label: or attr: may come before a key`);
    }
    this.#take();
    const name = this.#take();
    if (name.kind !== 'word' && name.kind !== 'quoted') throw unexpected(name, 'expected a key');
    return { scope: token.text, key: name.text };
  }

  #value(): string {
    const token = this.#take();
    if (token.kind !== 'word' && token.kind !== 'quoted') {
      throw unexpected(token, 'expected a value; put values with other characters in double quotes');
    }
    // A colon is common in values (addresses, image tags); only before a key does it mean something.
    let text = token.text;
    while (token.kind === 'word' && this.#peek().kind === ':') {
      this.#take();
      const rest = this.#peek();
      text += ':';
      if (rest.kind === 'word') text += this.#takeText();
    }
    return text;
  }

  #takeText(): string {
    const token = this.#take();
    return token.kind === 'word' ? token.text : '';
  }

  #values(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw unexpected(open, 'expected "("');
    const values: string[] = [];
    for (;;) {
      values.push(this.#value());
      const token = this.#take();
      if (token.kind === ')') return values;
      if (token.kind !== ',') throw unexpected(token, 'expected "," or ")"');
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next += 1;
    return token;
  }
}

function unexpected(token: Token, expected: string): Fault {
  const found =
    token.kind === 'end'
      ? 'found the end'
      : `found "${token.kind === 'word' || token.kind === 'quoted' ? token.text : token.kind}"`;
  return new Fault(token.at, `${expected}, ${found}`);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      at += 1;
    } else if (char === '!' && text.charAt(at + 1) === '=') {
      tokens.push({ kind: '!=', at });
      at += 2;
    } else if (char === ',' || char === '=' || char === '!' || char === '(' || char === ')' || char === ':') {
      tokens.push({ kind: char, at });
      at += 1;
    } else if (char === '"') {
      const { value, end } = quotedAt(text, at);
      tokens.push({ kind: 'quoted', text: value, at });
      at = end;
    } else {
      WORD.lastIndex = at;
      const word = WORD.exec(text)?.[0];
      if (word === undefined) throw new Fault(at, `"${char}" is allowed only in double quotes`);
      tokens.push({ kind: 'word', text: word, at });
      at += word.length;
    }
  }
  tokens.push({ kind: 'end', at: text.length });
  return tokens;
}

function quotedAt(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return { value, end: at + 1 };
    if (char === '\\') {
      at += 1;
      const escaped = text.charAt(at);
      if (escaped !== '"' && escaped !== '\\') throw new Fault(at - 1, 'after "\\" only \\ or " may follow');
      value += escaped;
    } else {
      value += char;
    }
  }
  throw new Fault(start, 'the closing double quote is missing');
}
