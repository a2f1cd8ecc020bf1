/** One configuration of a stack; without a revision the newest. */
export interface StackItem {
  readonly name: string;
  readonly revision?: number;
}

/** `base@3,site` → its items; what cannot be read is left out. */
export function readStack(text: string): StackItem[] {
  return text.split(',').flatMap((part) => {
    const match = /^([a-z0-9][a-z0-9._-]*)(?:@([1-9][0-9]*))?$/.exec(part.trim());
    if (match === null) return [];
    const [, name = '', revision] = match;
    return [revision === undefined ? { name } : { name, revision: Number(revision) }];
  });
}

export function writeStack(items: readonly StackItem[]): string {
  return items.map(({ name, revision }) => (revision === undefined ? name : `${name}@${revision}`)).join(',');
}
