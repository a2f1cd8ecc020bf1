import type { SelfSetting } from '@drover/api';
import type { SettingRow } from './settings-reference.ts';
import type { SettingSource } from './settings-source.ts';

function valueAt(tree: Record<string, unknown>, path: readonly string[]): unknown {
  let value: unknown = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * Every setting as it holds, and where its value comes from; the last source has the most weight. `derived` is what
 * follows from other settings where it is not given. Secrets have no value.
 */
export function shownSettings(
  rows: readonly SettingRow[],
  sources: readonly SettingSource[],
  derived: Readonly<Record<string, string>>,
): SelfSetting[] {
  return rows.map(({ key, variable, defaultText, about, isSecret }) => {
    const path = key.split('.');
    const given = sources.findLast(({ tree }) => valueAt(tree, path) !== undefined);
    const fallback = defaultText.replaceAll('`', '');
    const value = given === undefined ? (derived[key] ?? fallback) : String(valueAt(given.tree, path));
    return {
      key,
      value: isSecret ? null : value,
      source: given?.kind ?? 'default',
      origin: given?.origin(path) ?? '',
      default: fallback,
      variable,
      about,
      isSecret,
    };
  });
}
