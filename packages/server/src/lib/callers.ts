import { AsyncLocalStorage } from 'node:async_hooks';

/** From where a request comes, known to all that it leads to without being handed on. */
export class Callers {
  readonly #addresses = new AsyncLocalStorage<string>();

  /** Whatever `run` leads to comes from this address. */
  from<T>(address: string, run: () => T): T {
    return this.#addresses.run(address, run);
  }

  /** Null outside of a request. */
  readonly address = (): string | null => this.#addresses.getStore() ?? null;
}
