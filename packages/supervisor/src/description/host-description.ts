import { setTimeout as delay } from 'node:timers/promises';
import type { Attributes } from '@drover/opamp';
import type { Logger } from '../logs/logger.ts';
import { type CloudMetadata, queryCloudMetadata } from './cloud-metadata.ts';
import { hostFacts } from './host-facts.ts';
import type { HostProbe } from './host-probe.ts';

/** A machine that has just booted may not reach the service yet. */
const PAUSES_MS: readonly number[] = [5_000, 60_000, 600_000];

type Query = (provider: string | undefined, signal: AbortSignal) => Promise<CloudMetadata>;

/** What the supervisor knows of its host, for the descriptions of all its agents. */
export class HostDescription {
  readonly #cloudProvider: string | undefined;
  readonly #logger: Logger;
  readonly #listeners: (() => void)[] = [];
  #attributes: Attributes;

  constructor(host: HostProbe, logger: Logger) {
    const { attributes, cloudProvider } = hostFacts(host);
    this.#attributes = attributes;
    this.#cloudProvider = cloudProvider;
    this.#logger = logger;
  }

  get attributes(): Attributes {
    return this.#attributes;
  }

  /** `listener` is called whenever `attributes` has changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Asks the cloud's metadata service, a few times where it does not answer. Never rejects; ends when `signal` is aborted. */
  async askCloud(
    signal: AbortSignal,
    query: Query = queryCloudMetadata,
    pausesMs: readonly number[] = PAUSES_MS,
  ): Promise<void> {
    for (const pauseMs of [...pausesMs, undefined]) {
      const answer = await query(this.#cloudProvider, signal);
      if (signal.aborted) return;
      if (answer.kind === 'attributes') {
        this.#attributes = { ...this.#attributes, ...answer.attributes };
        for (const listener of this.#listeners) listener();
        return;
      }
      const level = pauseMs === undefined ? 'warn' : 'debug';
      this.#logger[level]({ err: answer.message }, "the cloud's metadata service does not answer");
      if (pauseMs === undefined) return;
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
    }
  }
}
