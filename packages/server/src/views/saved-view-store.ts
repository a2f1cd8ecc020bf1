import type { ActOf } from '../audit/audit.ts';
import type { SavedViewRecord } from './saved-view.ts';

/** Where views are kept. Writes are on disk when they resolve. */
export interface SavedViewStore {
  load(): Promise<readonly SavedViewRecord[]>;
  /** In the place of one of the same name, which keeps the time of its making. */
  put(view: SavedViewRecord, actOf?: ActOf<void>): Promise<void>;
  /** False where there is none. */
  remove(name: string, actOf?: ActOf<boolean>): Promise<boolean>;
}
