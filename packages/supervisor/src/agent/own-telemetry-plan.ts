import type { AgentCapabilityName } from '@drover/opamp';
import { type OwnTelemetry, SIGNALS, type Signal } from '../own-telemetry/destination.ts';
import type { OwnTelemetryStore } from '../storage/own-telemetry-store.ts';

const CAPABILITIES: { readonly [signal in Signal]: AgentCapabilityName } = {
  metrics: 'ReportsOwnMetrics',
  logs: 'ReportsOwnLogs',
  traces: 'ReportsOwnTraces',
};

/** Where the agent's own telemetry is to go: as accepted, or as it is being tried. */
export class OwnTelemetryPlan {
  readonly #store: OwnTelemetryStore;
  #current: OwnTelemetry;

  /** What was accepted earlier for a signal that is not announced any more is not used. */
  constructor(store: OwnTelemetryStore, capabilities: readonly AgentCapabilityName[]) {
    this.#store = store;
    const accepted = store.load();
    const announced = SIGNALS.filter((signal) => capabilities.includes(CAPABILITIES[signal]));
    this.#current = Object.fromEntries(
      announced.flatMap((signal) => {
        const destination = accepted[signal];
        return destination === undefined ? [] : [[signal, destination]];
      }),
    );
  }

  get current(): OwnTelemetry {
    return this.#current;
  }

  /** Uses `next` from now on; a restart of the supervisor does not know of it yet. */
  use(next: OwnTelemetry): void {
    this.#current = next;
  }

  /** What is used is accepted. On disk when this returns; throws where that cannot be. */
  accept(): void {
    this.#store.save(this.#current);
  }
}
