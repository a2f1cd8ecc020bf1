import type { Text } from '@codemirror/state';

/** To make one text of a larger one takes longer than a key may: that waits for a pause. */
const AT_ONCE_MAX_CHARS = 100_000;
const PAUSE_MS = 200;

/** Tells the text of an editor: at once where it is small, when the typing pauses or somebody asks where it is large. */
export class LateText {
  readonly #tell: (text: string) => void;
  #untold: Text | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  changed(doc: Text): void {
    this.#untold = doc;
    if (doc.length <= AT_ONCE_MAX_CHARS) {
      this.tell();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.tell(), PAUSE_MS);
  }

  /** Tells now what was not told yet. False where all was. */
  tell(): boolean {
    clearTimeout(this.#timer);
    const doc = this.#untold;
    this.#untold = undefined;
    if (doc !== undefined) this.#tell(doc.toString());
    return doc !== undefined;
  }
}
