/** Rows of a table that can be chosen, one by one, by ranges, or those that are loaded at once. */
export interface RowSelection<T> {
  readonly isSelected: (row: T) => boolean;
  /** How many of the loaded rows are chosen. */
  readonly loaded: 'none' | 'some' | 'all';
  /** `isRange`: with all rows between the one that was chosen last and this one. */
  readonly onToggle: (row: T, isRange: boolean) => void;
  readonly onToggleLoaded: () => void;
  readonly labelOf: (row: T) => string;
  readonly loadedLabel: string;
}
