import {
  type Completions,
  type ConfigPath,
  checkCollectorConfig,
  completionsAt,
  type EditorKnowledge,
  entryAt,
  type Finding,
  type FormattedYaml,
  findEntry,
  formatYaml,
  type Hover,
  hoverAt,
  type OutlineEntry,
  parseCollectorConfig,
  readOutline,
} from '@drover/collector-config';
import type { MeaningLine } from '../components/change-lines.ts';
import { meaningLines } from '../components/meaning-lines.ts';
import { type ReadGraph, readGraph } from '../pipelines/read-graph.ts';
import { type MergePart, mergeTexts } from './merge-texts.ts';
import { type OutlineRow, outlineRows } from './outline-rows.ts';

/** What is read from a text while it is typed. */
export interface TextReading {
  readonly rows: readonly OutlineRow[];
  /** Undefined where it is no Collector configuration. */
  readonly graph: ReadGraph | undefined;
  /** What the text itself shows; what its agents lack or take, the server finds. */
  readonly findings: readonly Finding[];
}

/** The key or list entry that a cursor stands in. */
export interface TextPlace {
  readonly path: ConfigPath;
  readonly word: string | undefined;
}

/** What can be asked about a text, and what the answer is. */
export interface TextTasks {
  read: { readonly ask: { readonly isCollector: boolean }; readonly answer: TextReading };
  place: { readonly ask: { readonly offset: number }; readonly answer: TextPlace | undefined };
  /** Where the first of these paths stands that the text has. */
  find: { readonly ask: { readonly paths: readonly ConfigPath[] }; readonly answer: number | undefined };
  complete: { readonly ask: { readonly offset: number }; readonly answer: Completions | undefined };
  hover: { readonly ask: { readonly offset: number }; readonly answer: Hover | undefined };
  format: { readonly ask: Record<never, never>; readonly answer: FormattedYaml };
  meaning: { readonly ask: { readonly before: string }; readonly answer: readonly MeaningLine[] | undefined };
  merge: {
    readonly ask: { readonly base: string | undefined; readonly theirs: string };
    readonly answer: readonly MergePart[];
  };
}

export type TextTask = keyof TextTasks;

/** Answers what is asked about one text after the other; what is read from a text is kept as long as it is the same. */
export class TextTaskRunner {
  knowledge: EditorKnowledge = {};
  #text = '';
  #entries: readonly OutlineEntry[] | undefined;

  set text(text: string) {
    if (text !== this.#text) this.#entries = undefined;
    this.#text = text;
  }

  run<T extends TextTask>(task: T, ask: TextTasks[T]['ask']): TextTasks[T]['answer'] {
    return this.#tasks[task](ask);
  }

  readonly #tasks: { readonly [T in TextTask]: (ask: TextTasks[T]['ask']) => TextTasks[T]['answer'] } = {
    read: ({ isCollector }) => {
      const rows = outlineRows(this.#outline());
      if (!isCollector) return { rows, graph: undefined, findings: [] };
      const parsed = parseCollectorConfig(this.#text);
      return { rows, graph: readGraph(parsed), findings: checkCollectorConfig(parsed) };
    },
    place: ({ offset }) => {
      const entry = entryAt(this.#text, this.#outline(), offset);
      return entry === undefined ? undefined : { path: entry.path, word: entry.value?.text };
    },
    find: ({ paths }) => {
      for (const path of paths) {
        const found = findEntry(this.#outline(), path);
        if (found !== undefined) return found.from;
      }
      return undefined;
    },
    complete: ({ offset }) => completionsAt(this.#text, offset, this.knowledge),
    hover: ({ offset }) => hoverAt(this.#text, offset, this.knowledge),
    format: () => formatYaml(this.#text),
    meaning: ({ before }) => meaningLines(before, this.#text),
    merge: ({ base, theirs }) => mergeTexts(base, this.#text, theirs),
  };

  #outline(): readonly OutlineEntry[] {
    this.#entries ??= readOutline(this.#text);
    return this.#entries;
  }
}
