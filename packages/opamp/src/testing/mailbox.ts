/** Things that happened, to be awaited one after the other. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  put(item: Item): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else waiting(item);
  }

  /** The oldest that was not taken yet. */
  take(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes until one fits, and returns it. */
  async takeWhere(fits: (item: Item) => boolean): Promise<Item> {
    for (;;) {
      const item = await this.take();
      if (fits(item)) return item;
    }
  }

  /** Everything that was not taken yet; takes it. */
  drain(): Item[] {
    return this.#items.splice(0);
  }
}
