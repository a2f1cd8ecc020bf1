import { parse } from 'yaml';
import type { PolicyHost } from './file-paths.ts';

/** What a text refers to outside itself. */
export type Reference =
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** What comes of it is not known here. */
  | { readonly kind: 'unseen'; readonly text: string; readonly why: string };

/** A text of a configuration as its agent will read it. */
export interface Expansion {
  readonly references: readonly Reference[];
  /** All that it can come to mean; undefined where a part of that cannot be seen. */
  readonly texts: readonly string[] | undefined;
  /** What stands before the first part that cannot be seen. */
  readonly prefix: string;
  /** Nothing stands beside the reference, so that it may also become a map or a list. */
  readonly isReferenceAlone: boolean;
  /** `$NAME` without braces: Collectors before 0.104 take it for a variable, later ones for plain text. */
  readonly hasBareVariable: boolean;
}

const REFERENCE = /\$\$|\$\{([^}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;
const ENVIRONMENT = /^(?:env:)?([^:]+?)(?::-(.*))?$/s;
/** Two dollar signs mean one, and never begin a reference. */
const DOLLAR = '\u0001';

/**
 * Resolves `${env:NAME}`, `${env:NAME:-default}` and `${NAME}` as a Collector does, and lists every other reference.
 * What a Collector would resolve in several rounds (references inside references, or made by a variable) is unseen.
 */
export function expand(text: string, host: Pick<PolicyHost, 'environment' | 'isSetAtStart'>): Expansion {
  if (!text.includes('$'))
    return { references: [], texts: [text], prefix: text, isReferenceAlone: false, hasBareVariable: false };
  const references: Reference[] = [];
  let isSeen = true;
  let hasBareVariable = false;
  let prefix: string | undefined;
  let before = '';
  let at = 0;
  const hide = () => {
    isSeen = false;
    prefix ??= before;
  };
  const unseen = (reference: string, why: string) => {
    references.push({ kind: 'unseen', text: reference, why });
    hide();
  };

  for (const match of text.matchAll(REFERENCE)) {
    const [whole, inner, bare] = match;
    before += text.slice(at, match.index);
    at = match.index + whole.length;
    if (whole === '$$') before += DOLLAR;
    else if (bare !== undefined && text[at] === ':') {
      unseen(`${whole}:`, 'some Collectors fetch it from a source of that name; write $$ for a dollar sign');
      before += whole;
    } else if (bare !== undefined) {
      references.push({ kind: 'environment', name: bare });
      hasBareVariable = true;
      before += whole;
    } else if (inner !== undefined) {
      const resolved = resolve(inner, host);
      if (resolved.kind === 'unseen') unseen(whole, resolved.why);
      else references.push(resolved.reference);
      if (resolved.kind === 'value') before += resolved.value;
      else hide();
    }
  }
  before += text.slice(at);
  if (isSeen && before.includes('${')) unseen(text, 'it makes up another reference');

  const isReferenceAlone = /^\$\{[^}]*\}$/.test(text);
  const value = before.replaceAll(DOLLAR, '$');
  const expansion = {
    references,
    texts: isSeen ? [value] : undefined,
    prefix: (prefix ?? before).replaceAll(DOLLAR, '$'),
    isReferenceAlone,
    hasBareVariable,
  };
  if (!isSeen || !isReferenceAlone) return expansion;
  const read = readAsYaml(value);
  if (read !== undefined) return { ...expansion, texts: [...new Set([value, read])] };
  unseen(text, 'the variable holds more than a single value');
  return { ...expansion, texts: undefined, prefix: '' };
}

type Resolved =
  | { readonly kind: 'value'; readonly reference: Reference; readonly value: string }
  | { readonly kind: 'file'; readonly reference: Reference }
  | { readonly kind: 'unseen'; readonly why: string };

function resolve(
  inner: string,
  { environment, isSetAtStart }: Pick<PolicyHost, 'environment' | 'isSetAtStart'>,
): Resolved {
  if (inner.includes('$')) return { kind: 'unseen', why: 'it is a reference inside a reference' };
  if (inner.startsWith('file:')) {
    return { kind: 'file', reference: { kind: 'file', path: inner.slice('file:'.length) } };
  }
  const [, name, fallback] = ENVIRONMENT.exec(inner) ?? [];
  const isPlainName = !inner.startsWith('env:') && inner.includes(':');
  if (name === undefined || isPlainName) {
    const scheme = inner.split(':', 1)[0] ?? '';
    return { kind: 'unseen', why: `what "${scheme}:" gives is not known before the agent reads it` };
  }
  if (isSetAtStart(name)) return { kind: 'unseen', why: 'its value is known only when the agent starts' };
  // A variable that is set wins, even where it is empty.
  const value = (Object.hasOwn(environment, name) ? environment[name] : undefined) ?? fallback ?? '';
  return { kind: 'value', reference: { kind: 'environment', name }, value };
}

/** A variable's value is read as YAML: the text that a single value gives, undefined for maps, lists and what is no YAML. */
function readAsYaml(value: string): string | undefined {
  if (/^[\w./:@-]*$/.test(value)) return value;
  try {
    const read: unknown = parse(value, { maxAliasCount: 0, logLevel: 'error' });
    return typeof read === 'object' && read !== null ? undefined : String(read ?? '');
  } catch {
    return value;
  }
}
