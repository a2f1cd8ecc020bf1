import type { Labels } from '../agents/agent.ts';

/** Labels that are set and keys that go; others stay. */
export interface LabelEdit {
  readonly set?: Labels | undefined;
  readonly remove?: readonly string[] | undefined;
}

/** Labels of one agent. */
export const LABELS_MAX = 64;

/** For people: `env=prod, -team`. */
export function editText({ set = {}, remove = [] }: LabelEdit): string {
  const sets = Object.entries(set).map(([key, value]) => `${key}=${value}`);
  return `labels: ${[...sets, ...remove.map((key) => `-${key}`)].join(', ')}`;
}

/** The same object where the edit changes nothing. */
export function labelsAfter(labels: Labels, { set = {}, remove = [] }: LabelEdit): Labels {
  const sets = Object.entries(set).some(
    ([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value,
  );
  const removes = remove.some((key) => Object.hasOwn(labels, key));
  if (!sets && !removes) return labels;
  const kept = Object.entries(labels).filter(([key]) => !remove.includes(key));
  return Object.freeze({ ...Object.fromEntries(kept), ...set });
}
