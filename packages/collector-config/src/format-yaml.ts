import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseAllDocuments,
  type ScalarTag,
  visit,
} from 'yaml';
import { stringifyString } from 'yaml/util';
import { MAX_CONFIG_BYTES } from './parse.ts';

export type FormattedYaml =
  | { readonly kind: 'formatted'; readonly text: string }
  /** It stays as it is; `line` counts from 1 and is absent where no line is to blame. */
  | { readonly kind: 'refused'; readonly reason: string; readonly line?: number };

/** Where folded texts are folded; other lines stay as long as they are. */
const FOLD_COLUMN = 100;

/** An empty value stays one; every other word stays as it is written, be it a number or not. */
const EMPTY: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  identify: (value) => value === null,
  resolve: () => null,
  test: /^$/,
  // A closing bracket right behind a colon is no bracket to every reader.
  stringify: (_item, { inFlow }) => (inFlow === true ? ' ' : ''),
};

const TEXT: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (value) => typeof value === 'string',
  resolve: (text) => text,
  stringify: (item, context, onComment, onChompKeep) =>
    stringifyString(
      item,
      item.type === 'BLOCK_FOLDED'
        ? { ...context, options: { ...context.options, lineWidth: FOLD_COLUMN } }
        : context,
      onComment,
      onChompKeep,
    ),
};

/**
 * The text with two spaces for each step, lists further in than their key, and one space behind colons and commas.
 * Comments, the order of keys, quotes, and how words and numbers are written stay; so does the meaning, which is looked
 * at before the result is given. Formatting what is formatted changes nothing. Never throws.
 */
export function formatYaml(text: string): FormattedYaml {
  if (text.length > MAX_CONFIG_BYTES) return refused('the text is larger than a configuration may be');
  const lines = new LineCounter();
  const [document, second] = read(text, lines);
  if (document === undefined || document.contents === null) return refused('it contains only comments');
  const [fault] = [...document.errors, ...(second?.errors ?? [])];
  if (fault !== undefined) {
    const { line } = lines.linePos(fault.pos[0]);
    return { ...refused(`the text is not valid YAML: ${firstLine(fault.message)}`), line };
  }
  if (second !== undefined) {
    const { line } = lines.linePos(second.range[0]);
    return { ...refused('the text holds more than one YAML document'), line };
  }
  keepCommentsBehindKeys(text, document);
  let formatted: string;
  try {
    formatted = document
      .toString({ indent: 2, indentSeq: true, lineWidth: 0, flowCollectionPadding: false })
      // Behind an anchor or a tag alone on its line, and behind what is empty in brackets.
      .replace(/(:(?: [&!][^\s#]+)+) +$/gm, '$1')
      .replace(/: {2}(?=[,}])/g, ': ');
  } catch (error) {
    return refused(error instanceof Error ? firstLine(error.message) : 'the text cannot be rewritten');
  }
  const [again] = read(formatted, new LineCounter());
  if (again === undefined || again.errors.length > 0 || !isSame(document.contents, again.contents))
    return refused('rewritten, it would not mean the same');
  const lost = lostComment(text, formatted);
  return lost === undefined
    ? { kind: 'formatted', text: formatted }
    : { ...refused('a comment would be lost'), line: lost };
}

function refused(reason: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason };
}

function read(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    customTags: (tags) => [
      EMPTY,
      TEXT,
      ...tags.filter((tag) => tag !== 'null' && typeof tag === 'object' && tag.tag !== TEXT.tag),
    ],
    uniqueKeys: false,
    lineCounter,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return 'empty' in documents ? [] : documents;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

/** A comment on the line of a key whose value begins below it: there it stays. */
function keepCommentsBehindKeys(text: string, document: Document.Parsed): void {
  visit(document, {
    Pair(_key, { key, value }) {
      if (!isNode(key) || !isNode(value) || !value.commentBefore) return;
      const end = key.range?.[1];
      if (end === undefined || key.comment) return;
      const newline = text.indexOf('\n', end);
      const rest = text.slice(end, newline < 0 ? text.length : newline);
      const [first = '', ...others] = value.commentBefore.split('\n');
      const comment = /^[ \t]*:[ \t]+(?:[&!]\S+[ \t]+)*#(.*?)\r?$/.exec(rest)?.[1];
      if (comment !== first) return;
      key.comment = first;
      value.commentBefore = others.length === 0 ? null : others.join('\n');
    },
  });
}

/** The same by structure and words, aliases not followed. */
function isSame(a: unknown, b: unknown): boolean {
  if (isScalar(a) && isScalar(b)) return a.value === b.value && a.anchor === b.anchor && a.tag === b.tag;
  if (isAlias(a) && isAlias(b)) return a.source === b.source;
  if (isMap(a) && isMap(b)) {
    return (
      a.items.length === b.items.length &&
      a.anchor === b.anchor &&
      a.items.every((pair, index) => {
        const other = b.items[index];
        return isSame(pair.key, other?.key) && isSame(pair.value, other?.value);
      })
    );
  }
  if (isSeq(a) && isSeq(b)) {
    return (
      a.items.length === b.items.length &&
      a.anchor === b.anchor &&
      a.items.every((item, index) => isSame(item, b.items[index]))
    );
  }
  return a === b || (a === null && b === undefined) || (a === undefined && b === null);
}

/** The line of the first comment of a text that another one lacks, or has less often. */
function lostComment(text: string, other: string): number | undefined {
  const there = new Map<string, number>();
  for (const { words } of commentsOf(other)) there.set(words, (there.get(words) ?? 0) + 1);
  for (const { words, line } of commentsOf(text)) {
    const left = there.get(words) ?? 0;
    if (left === 0) return line;
    there.set(words, left - 1);
  }
  return undefined;
}

function* commentsOf(text: string): Generator<{ readonly words: string; readonly line: number }> {
  let line = 1;
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith('#')) yield { words: token.trimEnd(), line };
    for (const char of token) if (char === '\n') line += 1;
  }
}
