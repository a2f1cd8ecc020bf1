/** Characters that a plain word cannot begin with. */
const INDICATORS = new Set(',[]{}#&*!|>\'"%@`');

/**
 * How long the key at this place of a line is, its quotes counted: what comes before a colon that ends a key. Undefined
 * where there is none.
 */
export function keyLength(line: string, at: number): number | undefined {
  const first = line[at];
  if (first === '"' || first === "'") {
    const end = quotedEnd(line, at + 1, first);
    if (end === undefined) return undefined;
    let colon = end;
    while (line[colon] === ' ') colon += 1;
    return line[colon] === ':' ? colon - at : undefined;
  }
  if (first === undefined || INDICATORS.has(first)) return undefined;
  for (let next = at; next < line.length; next += 1) {
    if (line[next] === '#' && isSpace(line[next - 1])) return undefined;
    if (line[next] === ':' && (next + 1 >= line.length || isSpace(line[next + 1])))
      return next === at ? undefined : next - at;
  }
  return undefined;
}

/** Where a quoted text ends, behind its closing quote; `at` is behind the opening one. Undefined where it stays open. */
export function quotedEnd(text: string, at: number, mark: string, end = text.length): number | undefined {
  for (let next = at; next < end; next += 1) {
    if (mark === '"' && text[next] === '\\') next += 1;
    else if (text[next] === mark) {
      if (mark !== "'" || text[next + 1] !== "'") return next + 1;
      next += 1;
    }
  }
  return undefined;
}

/** Where a plain text on a line ends: before a comment and the spaces in front of it. */
export function plainEnd(line: string, at: number): number {
  let end = line.length;
  for (let hash = line.indexOf('#', at + 1); hash >= 0; hash = line.indexOf('#', hash + 1)) {
    if (!isSpace(line[hash - 1])) continue;
    end = hash;
    break;
  }
  while (end > at && isSpace(line[end - 1])) end -= 1;
  return end;
}

/** The text within quotes; escapes stay as they are, since ids and enumerations have none. */
export function unquote(text: string): string {
  const mark = text[0];
  if (mark !== '"' && mark !== "'") return text;
  return text.endsWith(mark) && text.length > 1 ? text.slice(1, -1) : text.slice(1);
}

/** Where the line that an offset stands in begins. */
export function lineStartAt(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}
