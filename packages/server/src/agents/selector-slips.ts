/** Something that is written otherwise in selectors, at its place in the text. */
export interface Slip {
  readonly at: number;
  /** What to write in place of what. */
  readonly message: string;
}

export interface MendedText {
  readonly text: string;
  /** In the order of the text; none where nothing was found. */
  readonly slips: readonly Slip[];
}

interface Piece {
  readonly at: number;
  readonly text: string;
}

/** What stands in quotes is one piece, and so is each sign that other languages have. */
const PIECE = /"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9._/@+*-]+|={1,3}|!==?|<>|&&|\|\||\s+|./gsu;
const WORD = /^(?:["'].+["']|[A-Za-z0-9._/@+*-]+)$/s;
const OPERATOR = /^(?:={1,3}|!==?|<>|:|in|notin)$/i;

/** Where a text goes on: at a key, after it, at a value, after one. */
type Place = 'key' | 'operator' | 'value' | 'end';

/**
 * A text with the usual slips of other query languages mended: `==`, `&&`, `and`, `key:value`, `not in`, single quotes,
 * brackets, a comma that is missing. Whether a selector came of it is the parser's to say.
 */
export function mendSelector(text: string): MendedText {
  return new Mender(text).mend();
}

/** What a text has at this place that selectors have no word for; undefined where there is no such thing. */
export function strangerAt(text: string, at: number): string | undefined {
  if (/^(?:\|\||or\b)/i.test(text.slice(at)))
    return 'there is no "or"; for several values of one key write key in (a, b)';
  if (/[~<>]/.test(text.charAt(at)))
    return 'values are compared as a whole, with =, !=, in (…) and notin (…)';
  return undefined;
}

class Mender {
  readonly #pieces: readonly Piece[];
  readonly #slips: Slip[] = [];
  #out = '';
  #place: Place = 'key';
  #isInList = false;

  constructor(text: string) {
    this.#pieces = [...text.matchAll(PIECE)].map((match) => ({ at: match.index, text: match[0] }));
  }

  mend(): MendedText {
    for (let index = 0; index < this.#pieces.length; index += 1) {
      const piece = this.#pieces[index];
      if (piece === undefined) break;
      const after = this.#after(index);
      const next = this.#pieces[after]?.text ?? '';
      if (this.#place === 'operator' && /^not$/i.test(piece.text) && /^in$/i.test(next)) {
        this.#write(piece, 'notin', 'not in');
        index = after;
      } else if (/^\s/.test(piece.text)) this.#out += piece.text;
      else if (WORD.test(piece.text)) this.#word(piece, next);
      else this.#sign(piece);
    }
    return { text: this.#out.trim(), slips: this.#slips };
  }

  #word(piece: Piece, next: string): void {
    const { text } = piece;
    const isAnd = /^and$/i.test(text) && !OPERATOR.test(next) && next !== '' && next !== ',';
    const isList = /^(?:not)?in$/i.test(text) && /^[([]$/.test(next);
    if (this.#place === 'operator' && isList) {
      this.#write(piece, text.toLowerCase());
    } else if (!this.#isInList && (this.#place === 'end' || this.#place === 'operator')) {
      if (isAnd) this.#join(piece);
      else if (OPERATOR.test(next)) {
        this.#out = `${this.#out.trimEnd()}, ${quoted(text)}`;
        this.#slips.push({ at: piece.at, message: `write "," before ${text}: it joins two requirements` });
        this.#place = 'operator';
      } else this.#out += text;
    } else {
      if (text.startsWith("'")) this.#write(piece, quoted(text));
      else this.#out += text;
      const isScope = this.#place === 'key' && next === ':' && (text === 'label' || text === 'attr');
      if (!isScope) this.#place = this.#place === 'key' ? 'operator' : 'end';
    }
  }

  #sign(piece: Piece): void {
    const { text } = piece;
    if (this.#place === 'operator' && /^(?:={1,3}|!==?|<>|:)$/.test(text)) {
      this.#write(piece, text === '!=' || text === '!==' || text === '<>' ? '!=' : '=');
      this.#place = 'value';
    } else if (text === '(' || text === '[') {
      this.#write(piece, '(');
      this.#isInList = true;
      this.#place = 'value';
    } else if (text === ')' || text === ']') {
      this.#write(piece, ')');
      this.#isInList = false;
      this.#place = 'end';
    } else if (text === '&&' || text === ';') {
      this.#join(piece);
    } else {
      this.#out += text;
      if (text === ',') this.#place = this.#isInList ? 'value' : 'key';
      // A value may have colons in it.
      else if (text === ':' && this.#place === 'end') this.#place = 'value';
    }
  }

  #join(piece: Piece): void {
    this.#out = this.#out.trimEnd();
    this.#write(piece, ',');
    this.#place = 'key';
  }

  #write({ at, text }: Piece, right: string, wrong = text): void {
    this.#out += right;
    if (right !== wrong)
      this.#slips.push({ at, message: `write ${shown(right)} instead of ${shown(wrong)}` });
  }

  /** Where the next piece stands that is no space. */
  #after(index: number): number {
    return /^\s/.test(this.#pieces[index + 1]?.text ?? '') ? index + 2 : index + 1;
  }
}

function quoted(text: string): string {
  return text.startsWith("'") ? `"${text.slice(1, -1).replaceAll(/["\\]/g, '\\$&')}"` : text;
}

function shown(text: string): string {
  return /["']/.test(text) ? text : `"${text}"`;
}
