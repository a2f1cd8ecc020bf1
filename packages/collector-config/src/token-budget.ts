import { Lexer } from 'yaml';

/** Of more than this at once, some text takes the YAML reader seconds. A usual configuration of 80 KB stays within it. */
const MAX_TOKENS = 30_000;
/** What even the smallest text costs. */
const TOKENS_OF_A_TEXT = 20;

/** Bounds the work of reading texts that somebody else wrote, one or several together. */
export class TokenBudget {
  #left: number;

  constructor(tokens = MAX_TOKENS) {
    this.#left = tokens;
  }

  /** False where the text has more tokens than are left; looks at no more of them than that. */
  take(text: string): boolean {
    this.#left -= TOKENS_OF_A_TEXT;
    if (this.#left <= 0) return false;
    for (const _token of new Lexer().lex(text)) {
      this.#left -= 1;
      if (this.#left <= 0) return false;
    }
    return true;
  }
}
