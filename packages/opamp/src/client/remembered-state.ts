import type { OpampClientOptions } from './client-options.ts';
import {
  type AcceptedSettings,
  type ClientState,
  type ClientStateStore,
  memoryStateStore,
} from './client-state.ts';

const NO_SETTINGS: AcceptedSettings = {};

/** The client's state as it is and as it is stored. */
export class RememberedState {
  readonly #store: ClientStateStore;
  #state: ClientState;

  /** Throws where the store cannot read what it holds. */
  constructor({ stateStore, url }: OpampClientOptions) {
    this.#store = stateStore ?? memoryStateStore();
    const stored = this.#store.load();
    const fresh: ClientState = { configuredUrl: url };
    if (stored === undefined) this.#state = fresh;
    else if (stored.configuredUrl === url) this.#state = stored;
    // The operator points the agent elsewhere: what another server said no longer counts.
    else
      this.#state = stored.instanceUid === undefined ? fresh : { ...fresh, instanceUid: stored.instanceUid };
  }

  get isDurable(): boolean {
    return this.#store.isDurable;
  }

  get instanceUid(): string | undefined {
    return this.#state.instanceUid;
  }

  get settings(): AcceptedSettings {
    return this.#state.settings ?? NO_SETTINGS;
  }

  get candidate(): AcceptedSettings | undefined {
    return this.#state.candidate;
  }

  get settingsStatus(): ClientState['settingsStatus'] {
    return this.#state.settingsStatus;
  }

  get requestedKey(): string | undefined {
    return this.#state.requestedKey;
  }

  /** Throws where it cannot be stored; memory has it then all the same. `undefined` removes a field. */
  update(changes: { [Field in keyof ClientState]?: ClientState[Field] | undefined }): void {
    const next = Object.fromEntries(
      Object.entries({ ...this.#state, ...changes }).filter(([, value]) => value !== undefined),
    );
    this.#state = next as unknown as ClientState;
    this.#store.save(this.#state);
  }
}
