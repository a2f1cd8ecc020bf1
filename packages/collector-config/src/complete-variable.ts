import type { Completion, Completions, EditorKnowledge } from './completion-context.ts';
import { lineStartAt } from './outline-scalar.ts';
import { VARIABLE_SOURCES, type VariableSource } from './variables.ts';

/** A reference that is being written, up to the cursor; the dollar sign is not doubled. */
const OPEN = /(?<!\$)(?:\$\$)*\$\{([A-Za-z0-9:._/-]*)$/;
const MARK = 'drover:';

const SOURCE_WORDS: Readonly<Record<VariableSource, string>> = {
  label: 'a label, set by operators',
  attr: 'an attribute, reported by the agent',
  secret: 'a secret, sent only to agents whose configuration uses it',
};

/** What may stand in `${…}` at the cursor; undefined where no reference is open there. */
export function completeVariable(
  text: string,
  offset: number,
  knowledge: EditorKnowledge,
): Completions | undefined {
  const lineStart = lineStartAt(text, offset);
  const typed = OPEN.exec(text.slice(Math.max(lineStart, offset - 512), offset))?.[1];
  if (typed === undefined) return undefined;
  const rest = /^[A-Za-z0-9:._/-]*(?::-[^}\n]*)?\}?/.exec(text.slice(offset, offset + 512))?.[0] ?? '';
  const keys: Readonly<Record<VariableSource, readonly string[]>> = {
    label: knowledge.labels ?? [],
    attr: knowledge.attributes ?? [],
    secret: knowledge.secrets ?? [],
  };
  // What stands behind the cursor is part of the reference only where its brace closes it.
  const to = offset + (rest.endsWith('}') ? rest.length : 0);
  const items = VARIABLE_SOURCES.flatMap((source): Completion[] => {
    const known = keys[source].map((key) => completionOf(source, key));
    return known.length > 0 ? known : [openCompletion(source)];
  });
  return { from: offset - typed.length, to, items };
}

function completionOf(source: VariableSource, key: string): Completion {
  const label = `${MARK}${source}.${key}`;
  return {
    label,
    kind: 'variable',
    detail: source === 'attr' ? 'attribute' : source,
    description: `The value of ${SOURCE_WORDS[source]}. A default may follow after :-`,
    isDeprecated: false,
    insert: `${label}}`,
  };
}

/** Where no key is known, the way to begin. */
function openCompletion(source: VariableSource): Completion {
  const label = `${MARK}${source}.`;
  const noKey = source === 'secret' ? 'no secret is set' : 'no key is known';
  return {
    label,
    kind: 'variable',
    detail: noKey,
    description: `The value of ${SOURCE_WORDS[source]}`,
    isDeprecated: false,
    insert: label,
  };
}
