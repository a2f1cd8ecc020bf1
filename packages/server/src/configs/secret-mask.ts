import { MASK } from '@drover/collector-config';

/** Shorter values stand in too many texts by chance. */
const MIN_SECRET_CHARS = 4;

/** Takes the values of these secrets out of a text; undefined where there are none that could be told from other words. */
export function secretMask(secretTexts: readonly string[]): ((text: string) => string) | undefined {
  // Longer ones first: one may be a part of another.
  const secrets = secretTexts
    .filter((text) => text.length >= MIN_SECRET_CHARS)
    .toSorted((a, b) => b.length - a.length);
  if (secrets.length === 0) return undefined;
  return (text) => secrets.reduce((left, secret) => masked(left, secret), text);
}

/** A value with several lines is indented when it stands in a block of YAML. */
function masked(text: string, secret: string): string {
  if (!secret.includes('\n')) return text.replaceAll(secret, MASK);
  const lines = secret.split('\n').filter((line) => line.trim().length >= MIN_SECRET_CHARS);
  return lines.reduce((left, line) => left.replaceAll(line.trim(), MASK), text);
}
