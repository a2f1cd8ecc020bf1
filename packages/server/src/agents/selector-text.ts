import { DomainError } from '../lib/errors.ts';
import { type Requirement, requireSelector } from './selector.ts';

/** A key as selectors name it. */
export type SelectorKey = Pick<Requirement, 'scope' | 'key'>;

/** Reads `env`, `label:env`, `attr:"a key"`. Throws `invalid_selector`, and `invalid_request` where it is more than a key. */
export function requireSelectorKey(text: string, pointer: string): SelectorKey {
  const { requirements } = requireSelector(text, pointer);
  const [only] = requirements;
  if (only === undefined || requirements.length > 1 || only.operator !== 'exists') {
    throw new DomainError(
      'invalid_request',
      `"${text}" is not a key; one is env, label:env or attr:os.type`,
      {
        errors: [{ pointer, detail: 'one key, as env, label:env or attr:os.type' }],
      },
    );
  }
  return only;
}

/** A selector of the agents whose value of the key is this; with null of those that have none. */
export function selectorOf({ scope, key }: SelectorKey, value: string | null): string {
  const prefix = scope === 'label' || scope === 'attr' ? `${scope}:` : '';
  const name = `${prefix}${wordOf(key)}`;
  return value === null ? `!${name}` : `${name}=${wordOf(value)}`;
}

/** Operators, which would be taken for such where a key is expected to end. */
const OPERATORS: readonly string[] = ['in', 'notin'];

/** As it stands, or in double quotes. */
function wordOf(text: string): string {
  if (/^[A-Za-z0-9._/@+*-]+$/.test(text) && !OPERATORS.includes(text)) return text;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
