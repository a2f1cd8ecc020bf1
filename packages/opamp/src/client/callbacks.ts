import type { OfferedConnectionSettings, OpampClientCallbacks } from './client-options.ts';

/** The host's callbacks, none of which can end the client by throwing. */
export class Callbacks {
  readonly #callbacks: OpampClientCallbacks;

  constructor(callbacks: OpampClientCallbacks) {
    this.#callbacks = callbacks;
  }

  call<Name extends keyof OpampClientCallbacks>(
    name: Name,
    ...args: Parameters<NonNullable<OpampClientCallbacks[Name]>>
  ): void {
    try {
      const callback = this.#callbacks[name] as ((...args: unknown[]) => void) | undefined;
      callback?.apply(this.#callbacks, args);
    } catch (error) {
      if (name !== 'onError') this.error(new Error(`${name} threw`, { cause: error }));
    }
  }

  /** Settles as the host's callback does; resolves at once where there is none. */
  async settle(settings: OfferedConnectionSettings): Promise<void> {
    await this.#callbacks.onConnectionSettings?.(settings);
  }

  error(error: Error): void {
    this.call('onError', error);
  }
}
