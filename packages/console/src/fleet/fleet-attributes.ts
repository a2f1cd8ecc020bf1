const STORED = 'drover:fleet-columns';
/** As many as a list takes. */
const ATTRIBUTES_MAX = 16;

/** A column that shows a label or an attribute: `label:KEY`, `attr:KEY`. */
export const KEY_COLUMN = /^(label|attr):([^,]+)$/;

/** Keys of the attributes that columns show. */
export function shownAttributes(ids: readonly string[]): readonly string[] {
  return ids
    .flatMap((id) => {
      const [, scope, key] = KEY_COLUMN.exec(id) ?? [];
      return scope === 'attr' && key !== undefined ? [key] : [];
    })
    .slice(0, ATTRIBUTES_MAX);
}

/** The columns that this browser remembers. */
export function storedColumns(): readonly string[] | undefined {
  try {
    return localStorage.getItem(STORED)?.split(',');
  } catch {
    return undefined;
  }
}

export function storeColumns(ids: readonly string[] | undefined): void {
  try {
    if (ids === undefined) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, ids.join());
  } catch {
    // A browser that keeps nothing still has them in the address.
  }
}
