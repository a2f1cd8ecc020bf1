import type { SavedViewPut } from '@drover/api';

/** What the Fleet page shows, under a name. */
export interface SavedViewRecord {
  readonly name: string;
  readonly content: SavedViewPut;
  readonly author: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** All are shown at once, as tabs. */
export const SAVED_VIEWS_MAX = 100;
