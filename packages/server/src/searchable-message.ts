import type { Searchable, SearchEntry } from '@drover/collector-config';

/** A searchable text as it goes from one thread to another: a few long strings cost a tenth of thousands of objects. */
export interface SearchableMessage {
  readonly text: string;
  /** Of the entries: undefined where there are none. */
  readonly entries:
    | { readonly lines: Int32Array; readonly paths: string; readonly values: readonly (string | undefined)[] }
    | undefined;
}

const STEP = '\u0001';
const ENTRY = '\u0002';
/** What a line, and an entry whose path and value are shared, take in memory, about. */
const BYTES_OF_A_LINE = 32;
const BYTES_OF_AN_ENTRY = 48;
const MAX_SHARED = 50_000;

export function messageOf({ lines, entries }: Searchable): SearchableMessage {
  return {
    text: lines.join('\n'),
    entries: entries && {
      lines: Int32Array.from(entries, ({ line }) => line),
      paths: entries.map(({ path }) => path.join(STEP)).join(ENTRY),
      values: entries.map(({ value }) => value),
    },
  };
}

/** Makes searchable texts out of messages. Those of a fleet have the same paths and values: each is held once. */
export class SearchableReader {
  readonly #paths = new Map<string, readonly string[]>();
  readonly #values = new Map<string, string>();

  read({ text, entries: packed }: SearchableMessage): Searchable {
    const lines = text.split('\n');
    const paths = packed === undefined || packed.lines.length === 0 ? [] : packed.paths.split(ENTRY);
    const entries =
      packed && paths.map((path, at) => this.#entry(path, packed.lines[at] ?? 1, packed.values[at]));
    const bytes = text.length + BYTES_OF_A_LINE * lines.length + BYTES_OF_AN_ENTRY * paths.length;
    return { lines, entries, bytes };
  }

  #entry(path: string, line: number, value: string | undefined): SearchEntry {
    const steps = shared(this.#paths, path, () => path.split(STEP));
    return { path: steps, line, value: value && shared(this.#values, value, () => value) };
  }
}

function shared<T>(known: Map<string, T>, key: string, make: () => T): T {
  const there = known.get(key);
  if (there !== undefined) return there;
  // What is in use by then is held by those who use it.
  if (known.size >= MAX_SHARED) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}
