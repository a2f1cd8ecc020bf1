/** Rows that an operator has chosen, by their keys: these, or all that match but these. */
export interface RowChoice {
  readonly isAll: boolean;
  readonly keys: ReadonlySet<string>;
}

export const NOBODY: RowChoice = { isAll: false, keys: new Set() };
export const EVERYBODY: RowChoice = { isAll: true, keys: new Set() };

export function isChosen({ isAll, keys }: RowChoice, key: string): boolean {
  return isAll !== keys.has(key);
}

export function isSomebody({ isAll, keys }: RowChoice): boolean {
  return isAll || keys.size > 0;
}

/** The choice with these rows in it, or without them. */
export function withRows(choice: RowChoice, rows: readonly string[], isIn: boolean): RowChoice {
  const keys = new Set(choice.keys);
  for (const key of rows) {
    if (choice.isAll !== isIn) keys.add(key);
    else keys.delete(key);
  }
  return { isAll: choice.isAll, keys };
}

/** The choice without rows that are gone; the same object where none of them was in it. */
export function withoutGone(choice: RowChoice, gone: ReadonlySet<string>): RowChoice {
  if (![...choice.keys].some((key) => gone.has(key))) return choice;
  return { isAll: choice.isAll, keys: new Set([...choice.keys].filter((key) => !gone.has(key))) };
}
