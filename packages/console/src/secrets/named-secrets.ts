import type { Secret } from '@drover/api';

/** As configurations name a secret; two dollar signs in front make plain text of it. */
const NAMED = /(\$*)\$\{drover:secret\.([a-z0-9._-]+)(:-[^}]*)?\}/g;

/** Secrets that a text names without a default and that have no value, each once. */
export function missingSecrets(text: string, secrets: readonly Secret[]): readonly string[] {
  const readable = new Set(secrets.filter(({ isReadable }) => isReadable).map(({ name }) => name));
  const missing = new Set<string>();
  for (const [, dollars = '', name = '', fallback] of text.matchAll(NAMED)) {
    const isVariable = dollars.length % 2 === 0;
    if (isVariable && fallback === undefined && !readable.has(name)) missing.add(name);
  }
  return [...missing];
}
