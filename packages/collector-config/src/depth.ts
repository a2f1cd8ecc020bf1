import { Lexer } from 'yaml';

/** Deeper configurations than this are refused. */
export const MAX_DEPTH = 100;

/**
 * True where brackets, or block indicators on one line, nest deeper than `MAX_DEPTH`. The YAML reader recurses over
 * them and takes seconds until its stack ends; the lexer alone is quick. Nesting by indentation needs no look: a text
 * within the size limit cannot hold much of it.
 */
export function isNestedTooDeep(text: string): boolean {
  let brackets = 0;
  let indicators = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    // Inside brackets they stand beside each other.
    else if (brackets === 0 && (token === '-' || token === '?' || token === ':')) indicators += 1;
    else if (token.startsWith('\n') || token.startsWith('\r\n')) indicators = 0;
    if (brackets > MAX_DEPTH || indicators > 2 * MAX_DEPTH) return true;
  }
  return false;
}
