/** Where a variable's value comes from: an operator's label, an attribute that the agent chose itself, a secret. */
export const VARIABLE_SOURCES = ['label', 'attr', 'secret'] as const;
export type VariableSource = (typeof VARIABLE_SOURCES)[number];

/** One use of a variable: `${drover:label.region}`, `${drover:attr.host.name:-unknown}`, `${drover:secret.api-key}`. */
export type VariableUse = {
  readonly source: VariableSource;
  readonly key: string;
  /** The text behind `:-`, which may be empty; undefined where there is none. */
  readonly fallback: string | undefined;
  /** From 1. */
  readonly line: number;
  readonly column: number;
};

/** Something that begins as a variable and is none. */
export type VariableProblem = { readonly line: number; readonly column: number; readonly message: string };

export type Variables = {
  readonly uses: readonly VariableUse[];
  readonly problems: readonly VariableProblem[];
};

/** A body has at most this many uses of variables; those behind them are a problem. */
export const MAX_VARIABLE_USES = 1000;

const MARK = '${drover:';
/** `$$` is the Collector's way to write one dollar, so what follows it is no reference. */
export const REFERENCE = /\$\$|\$\{drover:([^}\n]*)(\})?/g;
const BODY = /^(label|attr|secret)\.([A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?)(?::-(.*))?$/;

/** True where a text uses variables at all; costs next to nothing. */
export function hasVariables(text: string): boolean {
  return text.includes(MARK);
}

/** All uses of variables in a text, whatever its format, with their places. Never throws. */
export function findVariables(text: string): Variables {
  const uses: VariableUse[] = [];
  const problems: VariableProblem[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    if (match[0] === '$$') continue;
    for (let next = text.indexOf('\n', at); next >= 0 && next < match.index; next = text.indexOf('\n', at)) {
      line += 1;
      lineStart = next + 1;
      at = next + 1;
    }
    const place = { line, column: match.index - lineStart + 1 };
    const read = readReference(match[1], match[2]);
    if (uses.length + problems.length >= MAX_VARIABLE_USES) {
      problems.push({ ...place, message: `more than ${MAX_VARIABLE_USES} variables` });
      break;
    }
    if (read === undefined) problems.push({ ...place, message: explain(match[0]) });
    else uses.push({ ...read, ...place });
  }
  return { uses, problems };
}

/** What stands between `${drover:` and the brace; undefined where that is no variable. */
export function readReference(
  body: string | undefined,
  brace: string | undefined,
): Pick<VariableUse, 'source' | 'key' | 'fallback'> | undefined {
  const [whole, source, key = '', fallback] = (brace === undefined ? null : BODY.exec(body ?? '')) ?? [];
  return whole === undefined ? undefined : { source: source as VariableSource, key, fallback };
}

function explain(text: string): string {
  const shown = text.slice(0, 60);
  if (!text.endsWith('}')) return `${shown} has no closing brace on its line`;
  return `${shown} is not a variable: write \${drover:label.KEY}, \${drover:attr.KEY} or \${drover:secret.NAME}, with a default after :-`;
}
