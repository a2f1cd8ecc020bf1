import { breathe } from './breathe.ts';

/** So long a stretch of work may take before others have their turn. */
const SLICE_MS = 4;

/** Long work in slices: `await turn()` before each small step. */
export class Slices {
  #startedMs = performance.now();

  /** Resolves at once within a slice, else when those that wait were served. */
  async turn(): Promise<void> {
    if (performance.now() - this.#startedMs < SLICE_MS) return;
    await breathe();
    this.#startedMs = performance.now();
  }
}
