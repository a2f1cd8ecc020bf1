import { parseDocument, type Scalar, visit } from 'yaml';
import { isNestedTooDeep } from './depth.ts';
import { MAX_CONFIG_BYTES } from './parse.ts';
import {
  findVariables,
  hasVariables,
  REFERENCE,
  readReference,
  type VariableSource,
  type VariableUse,
} from './variables.ts';

/** Says a variable's value; undefined where there is none. */
export type VariableLookup = (source: VariableSource, key: string) => string | undefined;

export type Resolution =
  | { readonly kind: 'resolved'; readonly text: string }
  /** `missing` have neither a value nor a default. */
  | { readonly kind: 'unresolved'; readonly missing: readonly VariableUse[] }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * How a text is read: a Collector configuration (YAML in which `$` begins a reference, so that dollars of values are
 * doubled), other YAML, or anything else.
 */
export type VariableFormat = 'collector' | 'yaml' | 'text';

/** A text whose places for variables are known, so that it is read once and filled for each agent. */
export type VariableTemplate = {
  /** Those that count: not the ones in comments. */
  readonly uses: readonly VariableUse[];
  /** What would keep `resolve` from a text, without making it; undefined where nothing would. */
  problem(lookup: VariableLookup): Exclude<Resolution, { readonly kind: 'resolved' }> | undefined;
  /** Work is linear in the text. At most `MAX_CONFIG_BYTES` come out of it. */
  resolve(lookup: VariableLookup): Resolution;
};

export type TemplateResult =
  | { readonly kind: 'template'; readonly template: VariableTemplate }
  | { readonly kind: 'refused'; readonly message: string };

/** A stretch of the text: as it is, or made of values. */
type Piece = string | ((lookup: VariableLookup) => string);

/** What YAML reads as one plain scalar wherever it stands, also in a flow list. */
const SAFE_PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./@%+~^:-]*(?<!:)$/;

/**
 * The text with its variables replaced. In YAML a value never changes the structure: it stays inside the scalar that
 * names it, quoted where YAML would read something else from it, and a secret is always a string. A scalar that is
 * plain and holds a plain value is read as YAML reads that (`port: ${drover:label.port}` is a number); write it in
 * quotes to have a string. Comments are left alone. In other formats the value is put in as it is, and one with a line
 * break or another control character is refused.
 */
export function resolveVariables(
  text: string,
  lookup: VariableLookup,
  format: VariableFormat = 'collector',
): Resolution {
  const compiled = compileVariables(text, format);
  return compiled.kind === 'template' ? compiled.template.resolve(lookup) : compiled;
}

/** Reads a text once for `resolve` many times; says why where its variables or its YAML cannot be read. */
export function compileVariables(text: string, format: VariableFormat = 'collector'): TemplateResult {
  if (!hasVariables(text)) {
    const template: VariableTemplate = {
      uses: [],
      problem: () => undefined,
      resolve: () => ({ kind: 'resolved', text }),
    };
    return { kind: 'template', template };
  }
  const { uses, problems } = findVariables(text);
  const [problem] = problems;
  if (problem !== undefined) {
    return refused(`line ${problem.line}, column ${problem.column}: ${problem.message}`);
  }
  if (format === 'text') return { kind: 'template', template: textTemplate(text, uses) };
  if (isNestedTooDeep(text)) return refused('it is nested too deep');
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) return refused(`it is no YAML: ${error.message}`);
  const scalars: Scalar[] = [];
  visit(document, {
    Scalar(_key, node) {
      if (node.range && hasVariables(text.slice(node.range[0], node.range[1]))) scalars.push(node);
    },
  });
  return { kind: 'template', template: yamlTemplate(text, uses, scalars, format === 'collector') };
}

function yamlTemplate(
  text: string,
  uses: readonly VariableUse[],
  scalars: readonly Scalar[],
  doublesDollars: boolean,
): VariableTemplate {
  const pieces: Piece[] = [];
  const counting = new Set<string>();
  let at = 0;
  for (const node of scalars.toSorted((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0))) {
    const [start = 0, end = 0] = node.range ?? [];
    if (start < at) continue;
    const source = text.slice(start, end);
    for (const { source: from, key } of findVariables(source).uses) counting.add(`${from}.${key}`);
    pieces.push(text.slice(at, start), scalarPiece(source, node));
    at = end;
  }
  pieces.push(text.slice(at));
  const needed = uses.filter(({ source, key }) => counting.has(`${source}.${key}`));
  return templateOf(text.length, needed, {
    fill(lookup) {
      const literal: VariableLookup = (source, key) => lookup(source, key)?.replaceAll('$', '$$$$');
      return filled(pieces, doublesDollars ? literal : lookup);
    },
  });
}

function textTemplate(text: string, uses: readonly VariableUse[]): VariableTemplate {
  return templateOf(text.length, uses, {
    unfit: (use, value) =>
      hasControl(value)
        ? `line ${use.line}, column ${use.column}: the value of ${use.source} "${use.key}" has a line break or another control character`
        : undefined,
    fill: (lookup) => filled([(values) => substitute(text, values, (value) => value)], lookup),
  });
}

/** Quoted and with its dollars doubled, a character of a value may become six of the text. */
const MAX_GROWTH = 6;

function templateOf(
  textLength: number,
  uses: readonly VariableUse[],
  {
    fill,
    unfit = () => undefined,
  }: {
    readonly fill: (lookup: VariableLookup) => Resolution;
    readonly unfit?: (use: VariableUse, value: string) => string | undefined;
  },
): VariableTemplate {
  const template: VariableTemplate = {
    uses,
    problem(lookup) {
      const missing: VariableUse[] = [];
      let length = textLength;
      for (const use of uses) {
        const value = lookedUp(use, lookup);
        if (value === undefined) missing.push(use);
        else {
          const reason = unfit(use, value);
          if (reason !== undefined) return refused(reason);
          length += value.length * MAX_GROWTH;
        }
      }
      if (missing.length > 0) return { kind: 'unresolved', missing };
      const whole = length > MAX_CONFIG_BYTES / 4 ? fill(lookup) : undefined;
      return whole === undefined || whole.kind === 'resolved' ? undefined : whole;
    },
    resolve: (lookup) => template.problem(lookup) ?? fill(lookup),
  };
  return template;
}

function filled(pieces: readonly Piece[], lookup: VariableLookup): Resolution {
  let text = '';
  for (const piece of pieces) {
    text += typeof piece === 'string' ? piece : piece(lookup);
    if (text.length > MAX_CONFIG_BYTES) break;
  }
  if (text.length <= MAX_CONFIG_BYTES && new TextEncoder().encode(text).length <= MAX_CONFIG_BYTES)
    return { kind: 'resolved', text };
  return refused(`with its variables it is larger than ${MAX_CONFIG_BYTES} bytes`);
}

/** The scalar with its variables replaced; still one scalar. */
function scalarPiece(source: string, node: Scalar): Piece {
  switch (node.type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return (lookup) => filledBlock(source, lookup);
    case 'PLAIN': {
      const plain = String(node.source ?? node.value);
      const holdsSecret = findVariables(source).uses.some((use) => use.source === 'secret');
      return (lookup) => {
        let isPlain = !holdsSecret && !source.includes('\n');
        // What surrounds the values was plain already; only they can need quotes.
        const value = substitute(plain, lookup, (text) => {
          isPlain &&= SAFE_PLAIN.test(text);
          return text;
        });
        return isPlain ? value : JSON.stringify(value);
      };
    }
    default:
      return (lookup) => JSON.stringify(substitute(String(node.value), lookup, (text) => text));
  }
}

/** Lines of a value are indented as the line that names it, so that they stay in the block. */
function filledBlock(source: string, lookup: VariableLookup): string {
  return source
    .split('\n')
    .map((line) => {
      const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
      return substitute(line, lookup, (value) => value.replaceAll('\r', '').replaceAll('\n', `\n${indent}`));
    })
    .join('\n');
}

function substitute(text: string, lookup: VariableLookup, write: (value: string) => string): string {
  return text.replace(REFERENCE, (whole: string, body?: string, brace?: string) => {
    const use = readReference(body, brace);
    return use === undefined ? whole : write(lookedUp(use, lookup) ?? '');
  });
}

function lookedUp(
  { source, key, fallback }: Pick<VariableUse, 'source' | 'key' | 'fallback'>,
  lookup: VariableLookup,
): string | undefined {
  return lookup(source, key) ?? fallback;
}

function hasControl(value: string): boolean {
  return [...value].some((char) => char < ' ' || char === '\u007f');
}

function refused(message: string): { readonly kind: 'refused'; readonly message: string } {
  return { kind: 'refused', message };
}
