import { Lexer } from 'yaml';
import { isHeadersKey, isReference, isSensitiveKey, MASK, maskInText } from './sensitive.ts';

/** Key, separator, value: `password: x`, `"token": "x",`, `api_key = x`, `Password x`, also behind a dash or a `#`. */
const KEY_AND_VALUE = /^([\s#]*(?:-\s+)?["']?)([A-Za-z][\w.-]{0,63})(["']?\s*[:=]\s*|\s+)(.*)$/;

/** Key and value within braces: `{token: x, "password": "y z"}`; of a map or list its bracket alone. */
const FLOW_PAIR =
  /(?<=[{,]\s{0,8})(["']?)([A-Za-z][\w.-]{0,63})\1(\s*:\s+|:(?=["'{[]))("(?:[^"\\]|\\.)*"|'[^']*'|[{[]|[^\s,{}[\]"'][^,{}[\]]*)/g;

/** What the lexer adds to the text itself: document, end of flow, scalar. */
const SCALAR_FOLLOWS = '\u001f';
const LEXER_MARKS = new Set(['\u0002', '\u0018', SCALAR_FOLLOWS]);

/**
 * Masks secrets in text of an unknown format, line by line. Lines that are indented deeper than a key with a secret
 * belong to it and are masked too: rather more than less.
 */
export function maskLines(text: string): string {
  let secretIndent: number | undefined;
  const lines = text.split('\n').map((line) => {
    const indent = line.length - line.trimStart().length;
    if (secretIndent !== undefined && line.trim() !== '') {
      if (indent > secretIndent) return `${line.slice(0, indent)}${MASK}`;
      secretIndent = undefined;
    }
    const masked = maskKeyAndValue(line, true);
    if (masked === undefined) return maskInLine(line);
    secretIndent = indent;
    return masked;
  });
  return lines.join('\n');
}

/**
 * What YAML may have in one line beside a key at its start: a comment, and maps within braces. Of a map or list under a
 * secret's key, or under headers, nothing is left, nor of what stands behind it in that line.
 */
function maskInLine(line: string): string {
  const comment = /\s#/.exec(line);
  if (comment !== null) {
    const at = comment.index + 1;
    return maskInLine(line.slice(0, at - 1)) + line[at - 1] + maskComment(line.slice(at));
  }
  if (!line.includes('{')) return maskInText(line);
  let end = line.length;
  let namesSecret = false;
  for (const { 0: whole, 2: key = '', 4: value = '', index } of line.matchAll(FLOW_PAIR)) {
    const isBracket = value === '{' || value === '[';
    if (isBracket && (isHeadersKey(key) || isSensitiveKey(key))) {
      end = index + whole.length - 1;
      break;
    }
    if ((key === 'key' || key === 'name') && isSensitiveKey(unquoted(value))) namesSecret = true;
  }
  const masked = line
    .slice(0, end)
    .replaceAll(FLOW_PAIR, (whole, quote: string, key: string, colon: string, value: string) => {
      const isSecret = isSensitiveKey(key) || (namesSecret && key !== 'key' && key !== 'name');
      if (!isSecret || value === '{' || value === '[' || isReference(unquoted(value))) return whole;
      return `${quote}${key}${quote}${colon}${JSON.stringify(MASK)}`;
    });
  return maskInText(masked) + (end < line.length ? JSON.stringify(MASK) : '');
}

function maskComment(comment: string): string {
  return maskKeyAndValue(comment, false) ?? maskInText(comment);
}

function unquoted(value: string): string {
  return value.trim().replace(/^["']|["']$/g, '');
}

/** Masks what was commented out in YAML; prose that merely begins with such a word stays. */
export function maskComments(text: string): string {
  let out = '';
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith('#') && !isScalar) out += maskComment(token);
    else if (!LEXER_MARKS.has(token)) out += token;
    isScalar = token === SCALAR_FOLLOWS;
  }
  return out;
}

/** The line with its value masked, or undefined where its key is not known for secrets. */
function maskKeyAndValue(line: string, mayBeSpaced: boolean): string | undefined {
  const [, start = '', key = '', separator = '', value = ''] = KEY_AND_VALUE.exec(line) ?? [];
  // Of headers the names and values stand in the lines below.
  if (mayBeSpaced && isHeadersKey(key) && value.trim() === '') return line;
  if (!isSensitiveKey(key) || (!mayBeSpaced && separator.trim() === '')) return undefined;
  const bare = value.replace(/^["']|["'],?\s*$/g, '');
  if (value.trim() === '' || isReference(bare)) return line;
  return `${start}${key}${separator}${JSON.stringify(MASK)}${value.trimEnd().endsWith(',') ? ',' : ''}`;
}
