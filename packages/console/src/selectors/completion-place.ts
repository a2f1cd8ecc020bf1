/** What is being typed where the cursor stands, and which part of the text a completion replaces. */
export type CompletionPlace =
  | {
      readonly kind: 'key';
      readonly from: number;
      readonly typed: string;
      readonly scope: '' | 'label' | 'attr';
      readonly isNegated: boolean;
    }
  | { readonly kind: 'operator'; readonly from: number; readonly typed: string }
  | {
      readonly kind: 'value';
      readonly from: number;
      readonly typed: string;
      /** As it stands in the text, with its scope and its quotes. */
      readonly key: string;
      /** Between the parentheses of `in` and `notin`. */
      readonly isInList: boolean;
    };

const WORD = '[A-Za-z0-9._/@+*-]';
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
/** A word, or what stands in double quotes, the closing one of which may be still to come. */
const PART = String.raw`(?:"(?:[^"\\]|\\.)*"?|[A-Za-z0-9._/@+*:-]*)`;
const KEY = `(?:(?:label|attr):)?(?:${QUOTED}|${WORD}+)`;

const IN_KEY = new RegExp(`^\\s*(!?)\\s*(?:(label|attr):)?("(?:[^"\\\\]|\\\\.)*"?|${WORD}*)$`);
const IN_VALUE = new RegExp(`^\\s*(${KEY})\\s*!?=\\s*(${PART})$`);
const IN_LIST = new RegExp(`^\\s*(${KEY})\\s+(?:in|notin)\\s*\\((?:.*,)?\\s*(${PART})$`, 's');
const IN_OPERATOR = new RegExp(`^\\s*${KEY}\\s+([!a-z]*)$`);

/** Undefined where nothing can be completed: in the middle of a word, or where the text makes no sense. */
export function placeAt(text: string, cursor: number): CompletionPlace | undefined {
  if (new RegExp(WORD).test(text.charAt(cursor))) return undefined;
  const start = requirementStart(text, cursor);
  const before = text.slice(start, cursor);
  const [key, not = '', scope = '', keyTyped = ''] = IN_KEY.exec(before) ?? [];
  if (key !== undefined) {
    return {
      kind: 'key',
      from: cursor - keyTyped.length - (scope === '' ? 0 : scope.length + 1),
      typed: unquoted(keyTyped),
      scope: scope as '' | 'label' | 'attr',
      isNegated: not === '!',
    };
  }
  for (const [pattern, isInList] of [
    [IN_VALUE, false],
    [IN_LIST, true],
  ] as const) {
    const [found, keyText = '', typed = ''] = pattern.exec(before) ?? [];
    if (found !== undefined)
      return { kind: 'value', from: cursor - typed.length, typed: unquoted(typed), key: keyText, isInList };
  }
  const [operator, operatorTyped = ''] = IN_OPERATOR.exec(before) ?? [];
  if (operator === undefined) return undefined;
  return { kind: 'operator', from: cursor - operatorTyped.length, typed: operatorTyped };
}

/** Behind the last comma that is neither in quotes nor in parentheses. */
function requirementStart(text: string, cursor: number): number {
  let start = 0;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < cursor; at += 1) {
    const char = text.charAt(at);
    if (isQuoted) {
      if (char === '\\') at += 1;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (char === ',' && depth === 0) start = at + 1;
  }
  return start;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const inner = text.length > 1 && text.endsWith('"') ? text.slice(1, -1) : text.slice(1);
  return inner.replaceAll(/\\(.)/g, '$1');
}

/** As it stands, or in double quotes where it has other characters. */
export function wordText(text: string): string {
  const isPlain = new RegExp(`^${WORD}+$`).test(text) && text !== 'in' && text !== 'notin';
  return isPlain ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
