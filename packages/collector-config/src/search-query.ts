import { COMPONENT_SECTIONS, type ComponentSection } from './sections.ts';

/** One condition on a configuration. Texts are lower-case; `*` in names stands for any characters. */
export type SearchTerm = {
  /** The configuration must not have it. */
  readonly isNegated: boolean;
} & (
  | { readonly kind: 'text'; readonly text: string }
  /** A component that is configured in one of the sections, by its type or its whole id. */
  | { readonly kind: 'component'; readonly sections: readonly ComponentSection[]; readonly id: string }
  | { readonly kind: 'pipeline'; readonly id: string }
  /** An exporter that a pipeline uses, with an address that has the text. */
  | { readonly kind: 'exports'; readonly text: string }
  /** An address anywhere that has the text. */
  | { readonly kind: 'endpoint'; readonly text: string }
  /** The end of a path, and where `value` is given, what stands there has that text. */
  | { readonly kind: 'key'; readonly name: string; readonly value: string | undefined }
  /** A whole path; `*` alone stands for one step, `**` for any number of them. */
  | { readonly kind: 'path'; readonly steps: readonly string[]; readonly value: string | undefined }
);

export type SearchQuery = readonly SearchTerm[];

export type ParsedSearch =
  | { readonly kind: 'query'; readonly query: SearchQuery }
  /** `column` counts from 1. */
  | { readonly kind: 'invalid'; readonly column: number; readonly message: string };

export const MAX_SEARCH_CHARS = 512;
export const MAX_SEARCH_TERMS = 16;

/** Words that begin a term; any other word with a colon, such as `gateway:4317`, is text. */
export const SEARCH_WORDS = [
  'component',
  ...Object.values(COMPONENT_SECTIONS),
  'pipeline',
  'exports',
  'endpoint',
  'key',
  'path',
] as const;

const WORD = new RegExp(`^(${SEARCH_WORDS.join('|')}):`, 'i');
const SECTIONS = Object.keys(COMPONENT_SECTIONS) as ComponentSection[];

/**
 * Reads a search: terms with spaces between them, all of which a configuration must meet, `-` in front for those that it
 * must not meet, double quotes around text with spaces (`\"` for a quote in it). Never throws.
 */
export function parseSearch(text: string): ParsedSearch {
  if (text.length > MAX_SEARCH_CHARS)
    return invalid(MAX_SEARCH_CHARS + 1, `a search has at most ${MAX_SEARCH_CHARS} characters`);
  const query: SearchTerm[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
    if (at >= text.length) break;
    if (query.length === MAX_SEARCH_TERMS)
      return invalid(at + 1, `a search has at most ${MAX_SEARCH_TERMS} terms`);
    const isNegated = text[at] === '-';
    const word = readWord(text, isNegated ? at + 1 : at);
    if (word.kind === 'unclosed') return invalid(word.at + 1, 'the quote is not closed');
    const term = termOf(word, isNegated);
    if ('message' in term) return term;
    query.push(term);
    at = word.end;
  }
  if (query.length === 0) return invalid(1, 'there is nothing to search for');
  return { kind: 'query', query };
}

interface Word {
  readonly kind: 'word';
  readonly start: number;
  readonly end: number;
  /** Without its quotes, lower-case. */
  readonly text: string;
  /** Up to where `text` stands outside of quotes. */
  readonly bareChars: number;
}

function readWord(text: string, start: number): Word | { readonly kind: 'unclosed'; readonly at: number } {
  let read = '';
  let bareChars: number | undefined;
  let at = start;
  while (at < text.length && !/\s/.test(text[at] ?? '')) {
    if (text[at] !== '"') {
      read += text[at++];
      continue;
    }
    const opened = at++;
    bareChars ??= read.length;
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\' && at + 1 < text.length) at += 1;
      read += text[at++];
    }
    if (at >= text.length) return { kind: 'unclosed', at: opened };
    at += 1;
  }
  return { kind: 'word', start, end: at, text: read.toLowerCase(), bareChars: bareChars ?? read.length };
}

function termOf(word: Word, isNegated: boolean): SearchTerm | Extract<ParsedSearch, { kind: 'invalid' }> {
  const name = WORD.exec(word.text.slice(0, word.bareChars))?.[1];
  if (name === undefined) {
    if (word.text === '') return invalid(word.start + 1, 'there is nothing to search for here');
    return { kind: 'text', isNegated, text: word.text };
  }
  const rest = word.text.slice(name.length + 1);
  const column = word.start + name.length + 2;
  if (rest === '') return invalid(column, `"${name}:" needs a value, as in ${EXAMPLES[name] ?? ''}`);
  switch (name) {
    case 'exports':
    case 'endpoint':
      return { kind: name, isNegated, text: rest };
    case 'pipeline':
      return { kind: 'pipeline', isNegated, id: rest };
    case 'key':
    case 'path': {
      const equals = word.text.slice(0, word.bareChars).indexOf('=');
      const left = equals === -1 ? rest : word.text.slice(name.length + 1, equals);
      const value = equals === -1 ? undefined : word.text.slice(equals + 1);
      if (left === '') return invalid(column, `"${name}:" needs a name in front of "="`);
      if (name === 'key') return { kind: 'key', isNegated, name: left, value };
      const steps = left.split('::');
      const empty = steps.indexOf('');
      if (empty !== -1) {
        const before = steps.slice(0, empty).join('::').length + (empty === 0 ? 0 : 2);
        return invalid(column + before, 'a step of the path is empty; write a::b::c, and * for any step');
      }
      return { kind: 'path', isNegated, steps, value };
    }
    default: {
      const section = SECTIONS.find((key) => COMPONENT_SECTIONS[key] === name);
      return {
        kind: 'component',
        isNegated,
        sections: section === undefined ? SECTIONS : [section],
        id: rest,
      };
    }
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  component: 'component:otlp',
  receiver: 'receiver:hostmetrics',
  processor: 'processor:batch',
  exporter: 'exporter:otlp',
  connector: 'connector:spanmetrics',
  extension: 'extension:health_check',
  pipeline: 'pipeline:metrics',
  exports: 'exports:collector.example',
  endpoint: 'endpoint:0.0.0.0',
  key: 'key:insecure=true',
  path: 'path:exporters::*::endpoint=collector.example',
};

function invalid(column: number, message: string): Extract<ParsedSearch, { kind: 'invalid' }> {
  return { kind: 'invalid', column, message };
}
