import { Lexer } from 'yaml';

/** Deeper configurations than this are refused. */
export const MAX_DEPTH = 100;

/**
 * True where brackets, or indicators on one line or between brackets and commas, nest deeper than `MAX_DEPTH`. The YAML reader recurses over
 * them and takes seconds until its stack ends; the lexer alone is quick. Nesting by indentation needs no look: a text
 * within the size limit cannot hold much of it.
 */
export function isNestedTooDeep(text: string): boolean {
  /** For each bracket that is open, and for the line outside of all, how many indicators lead to where it stands. */
  const open: number[] = [0];
  let indicators = 0;
  for (const token of new Lexer().lex(text)) {
    const last = open.length - 1;
    if (token === '[' || token === '{') open.push(0);
    else if (token === ']' || token === '}') {
      if (last > 0) indicators -= open.pop() ?? 0;
    } else if (token === '-' || token === '?' || token === ':') {
      open[last] = (open[last] ?? 0) + 1;
      indicators += 1;
    } else if (last > 0 ? token === ',' : token.startsWith('\n') || token.startsWith('\r\n')) {
      // What follows stands beside what was, and not within it.
      indicators -= open[last] ?? 0;
      open[last] = 0;
    }
    if (open.length - 1 > MAX_DEPTH || indicators > 2 * MAX_DEPTH) return true;
  }
  return false;
}
