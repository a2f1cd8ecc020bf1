import { usageError } from './failure.ts';

/** `key=value` sets, `key-` removes. */
export interface LabelEdits {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

export function parseLabelEdits(words: readonly string[]): LabelEdits {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    if (at > 0) set[word.slice(0, at)] = word.slice(at + 1);
    else if (at < 0 && word.length > 1 && word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw usageError(`"${word}" is no label: write key=value to set one, key- to remove one.`);
  }
  const both = remove.find((key) => key in set);
  if (both !== undefined) throw usageError(`The label "${both}" is both set and removed.`);
  return { set, remove };
}

export function editLabels(
  labels: Readonly<Record<string, string>>,
  edits: LabelEdits,
): Record<string, string> {
  const removed = new Set(edits.remove);
  const kept = Object.entries(labels).filter(([key]) => !removed.has(key));
  return { ...Object.fromEntries(kept), ...edits.set };
}
