import { type ConfigMap, type ConfigValue, getOwn, setOwn } from './config-data.ts';
import { parseCollectorConfig } from './parse.ts';
import { TokenBudget } from './token-budget.ts';

export type ReadConfig =
  /** Data of the same key from the same reader is the same; undefined where the text was read as a whole. */
  | { readonly kind: 'data'; readonly data: ConfigMap; readonly key: string | undefined }
  /** No configuration that a Collector could read. */
  | { readonly kind: 'invalid' }
  /** More than is read of a text that somebody else wrote. */
  | { readonly kind: 'too_large' };

/** A line that begins a section: a plain key at its very start. */
const SECTION_START = /^([A-Za-z][\w.-]*):(?:\s|$)/;
/** An anchor may be used in another section than its own. */
const ANCHOR = /(?:^|[\s,[{:?-])&\S/m;
const MAX_KEPT_CHARS = 4 * 1024 * 1024;

/**
 * Reads the configurations of many agents. Those of a fleet are alike in most sections and differ in one: a section
 * that was read lately is not read again, which takes a hundredth of the time. What cannot be taken apart by its lines
 * alone is read as a whole. The data of equal sections is shared: do not change it.
 */
export class SectionReader {
  /** By its text; the one that was used longest ago first. */
  readonly #sections = new Map<string, KnownSection>();
  #keptChars = 0;
  #nextId = 0;

  read(text: string, budget: TokenBudget = new TokenBudget()): ReadConfig {
    const sections = sectionsOf(text);
    const read = sections === undefined ? undefined : this.#readSections(sections, budget);
    if (read !== undefined) return read;
    if (!budget.take(text)) return { kind: 'too_large' };
    const parsed = parseCollectorConfig(text);
    return parsed.kind === 'parsed'
      ? { kind: 'data', data: parsed.data, key: undefined }
      : { kind: 'invalid' };
  }

  /** Undefined where one of them cannot be read alone. */
  #readSections(sections: ReadonlyMap<string, string>, budget: TokenBudget): ReadConfig | undefined {
    const data: { [key: string]: ConfigValue } = {};
    let key = '';
    for (const [name, text] of sections) {
      const known = this.#sections.get(text);
      if (known === undefined && !budget.take(text)) return { kind: 'too_large' };
      const section = known ?? this.#readSection(name, text);
      if (section === undefined) return undefined;
      this.#keep(text, section);
      setOwn(data, name, section.value);
      key += `${section.id} `;
    }
    return { kind: 'data', data, key };
  }

  #readSection(name: string, text: string): KnownSection | undefined {
    const value = sectionValue(name, text);
    return value === undefined ? undefined : { id: this.#nextId++, value };
  }

  #keep(text: string, section: KnownSection): void {
    if (!this.#sections.delete(text)) this.#keptChars += text.length;
    this.#sections.set(text, section);
    for (const oldest of this.#sections.keys()) {
      if (this.#keptChars <= MAX_KEPT_CHARS) return;
      this.#sections.delete(oldest);
      this.#keptChars -= oldest.length;
    }
  }
}

interface KnownSection {
  readonly id: number;
  readonly value: ConfigValue;
}

function sectionValue(name: string, text: string): ConfigValue | undefined {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') return undefined;
  return Object.keys(parsed.data).length === 1 ? getOwn(parsed.data, name) : undefined;
}

/** The text of each section by its key; undefined where lines alone do not tell. */
function sectionsOf(text: string): ReadonlyMap<string, string> | undefined {
  if (text.includes('&') && ANCHOR.test(text)) return undefined;
  const sections = new Map<string, string>();
  let name: string | undefined;
  let start = 0;
  const end = (at: number): void => {
    if (name !== undefined) sections.set(name, text.slice(start, at));
  };
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at) + 1 || text.length;
    const first = text[at];
    if (first !== ' ' && first !== '#' && first !== '\n') {
      const key = SECTION_START.exec(text.slice(at, next))?.[1];
      if (key === undefined || key === name || sections.has(key)) return undefined;
      end(at);
      name = key;
      start = at;
    } else if (name === undefined && first === ' ') return undefined;
    at = next;
  }
  end(text.length);
  return sections;
}
