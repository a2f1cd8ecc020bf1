/** So many changes are put in their places one by one; more, and the order is made anew when it is next asked for. */
const CHANGES_MAX = 1000;

/**
 * Distinct texts in alphabetical order without regard to case, to find those that start with something. The order is
 * made when it is first asked for; from then on only what changed is put in its place.
 */
export class SortedTexts {
  readonly #all: () => Iterable<string>;
  readonly #has: (text: string) => boolean;
  readonly #changed = new Set<string>();
  #texts: readonly string[] | undefined;

  constructor(all: () => Iterable<string>, has: (text: string) => boolean) {
    this.#all = all;
    this.#has = has;
  }

  /** The text is new or gone. */
  change(text: string): void {
    if (this.#texts === undefined) return;
    this.#changed.add(text);
    if (this.#changed.size <= CHANGES_MAX) return;
    this.#texts = undefined;
    this.#changed.clear();
  }

  /** How many texts start so, and the first of them. */
  startingWith(prefix: string, limit: number): { readonly total: number; readonly texts: readonly string[] } {
    const texts = this.#sorted();
    const folded = fold(prefix);
    const from = rank(texts, (text) => fold(text) < folded);
    const to = rank(texts, (text) => fold(text) < folded || fold(text).startsWith(folded));
    return { total: to - from, texts: texts.slice(from, Math.min(to, from + limit)) };
  }

  #sorted(): readonly string[] {
    if (this.#texts === undefined) this.#texts = sorted([...this.#all()]);
    else if (this.#changed.size > 0) this.#texts = this.#merged(this.#texts);
    this.#changed.clear();
    return this.#texts;
  }

  #merged(before: readonly string[]): readonly string[] {
    const added = sorted([...this.#changed].filter((text) => this.#has(text)));
    const merged: string[] = [];
    let next = 0;
    for (const text of before) {
      if (this.#changed.has(text)) continue;
      for (let each = added[next]; each !== undefined && compare(each, text) < 0; each = added[++next])
        merged.push(each);
      merged.push(text);
    }
    return [...merged, ...added.slice(next)];
  }
}

function fold(text: string): string {
  return text.toLowerCase();
}

function compare(a: string, b: string): number {
  const [x, y] = [fold(a), fold(b)];
  if (x !== y) return x < y ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorts in place. Where case makes no difference, the engine's own order of texts is the quickest by far. */
function sorted(texts: string[]): string[] {
  if (texts.every((text) => fold(text) === text)) return texts.sort();
  return texts
    .map((text) => ({ text, folded: fold(text) }))
    .sort((a, b) =>
      a.folded !== b.folded ? (a.folded < b.folded ? -1 : 1) : a.text < b.text ? -1 : a.text > b.text ? 1 : 0,
    )
    .map(({ text }) => text);
}

/** How many of the texts are before the place that the test ends at. */
function rank(texts: readonly string[], isBefore: (text: string) => boolean): number {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(texts[middle] ?? '')) low = middle + 1;
    else high = middle;
  }
  return low;
}
