import { completeKey } from './complete-key.ts';
import { completeUse } from './complete-use.ts';
import { completeValue } from './complete-value.ts';
import { completeVariable } from './complete-variable.ts';
import type { Completion, Completions, EditorKnowledge } from './completion-context.ts';
import type { ConfigPath } from './config-data.ts';
import { type CursorPlace, cursorPlaceAt } from './cursor-place.ts';
import { isSamePath, readOutline } from './outline.ts';
import type { OutlineEntry } from './outline-flow.ts';
import { lineStartAt } from './outline-scalar.ts';
import { MAX_CONFIG_BYTES } from './parse.ts';

/**
 * What may be written at an offset of a Collector configuration, however much of it is half-typed: keys, component
 * types, ids that are configured elsewhere, words of an enumeration, variables. Undefined where nothing is to be said:
 * in comments, in texts of several lines, where no schema is known. Not narrowed to what was typed already. Never
 * throws; linear in the text.
 */
export function completionsAt(
  text: string,
  offset: number,
  knowledge: EditorKnowledge = {},
): Completions | undefined {
  if (text.length > MAX_CONFIG_BYTES) return undefined;
  const at = Math.min(Math.max(0, offset), text.length);
  const place = cursorPlaceAt(text, at);
  const variable = isInComment(text, at) ? undefined : completeVariable(text, at, knowledge);
  if (variable !== undefined || place === undefined) return variable;
  const entries = readOutline(text);
  const list = place.kind === 'item' ? place.path.slice(0, -1) : place.path;
  const use = completeUse(place, entries, besides(entries, list, place));
  const items = use ?? [
    ...(place.kind === 'value' ? [] : completeKey(place, besides(entries, place.path, place), knowledge)),
    ...(place.kind === 'key' ? [] : completeValue(place, knowledge)),
  ];
  if (items.length === 0) return undefined;
  return { from: place.from, to: place.to, items: items.map((item) => fitted(item, place)) };
}

/** The keys or entries at this path but for the one that is being written. */
function besides(
  entries: readonly OutlineEntry[],
  parent: ConfigPath,
  place: CursorPlace,
): readonly OutlineEntry[] {
  return entries.filter(
    ({ path, from }) =>
      path.length === parent.length + 1 && from !== place.from && isSamePath(path.slice(0, -1), parent),
  );
}

/** What is written, by what stands around it: quotes that are open, a colon that is there already. */
function fitted(item: Completion, place: CursorPlace): Completion {
  if (place.isQuoted) return { ...item, insert: JSON.stringify(item.label) };
  if (place.hasColon) return { ...item, insert: item.label };
  return item;
}

function isInComment(text: string, offset: number): boolean {
  const lineStart = lineStartAt(text, offset);
  return /^\s*#/.test(text.slice(lineStart, offset));
}
