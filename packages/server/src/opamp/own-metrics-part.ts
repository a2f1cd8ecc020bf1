import { createHash } from 'node:crypto';
import { encodeConnectionSettings } from '@drover/opamp';
import type { EncodedSettings } from '../connections/credential-issuer.ts';

/** What an agent can be told of its own metrics: where to send them, or not to send them any more. */
export type MetricsWord = 'told' | 'taken_back';

/**
 * One message about own metrics. Agents pass over a hash that they know, also where they failed on it: what an operator wants tried once more goes under
 * another one. The number of the try follows from the hash that an agent reports, so that nothing of it is stored.
 */
export interface MetricsPart {
  readonly word: MetricsWord;
  readonly hash: string;
  readonly tries: number;
}

/** After so many the hashes come round again: an agent remembers the last one alone. */
const TRIES = 8;

/** The messages about own metrics. */
export class MetricsParts {
  readonly #takeBack: EncodedSettings;
  readonly #ofTakeBack: readonly MetricsPart[];

  constructor() {
    // No more than a message that is there says it: an endpoint that is empty.
    const { hash, encoded } = encodeConnectionSettings({ ownMetrics: { destinationEndpoint: '' } });
    this.#takeBack = { hash: Buffer.from(hash).toString('hex'), encoded };
    this.#ofTakeBack = partsOf('taken_back', this.#takeBack.hash);
  }

  get takeBack(): EncodedSettings {
    return this.#takeBack;
  }

  /** `toldHash` is that of the offer of an address. */
  part(word: MetricsWord, toldHash: string | undefined, tries: number): MetricsPart | undefined {
    if (word === 'taken_back') return this.#ofTakeBack[tries];
    if (toldHash === undefined) return undefined;
    return { word, hash: hashOfTry(toldHash, tries), tries };
  }

  /** All that may have been said to an agent. */
  all(toldHash: string | undefined): readonly MetricsPart[] {
    if (toldHash === undefined) return this.#ofTakeBack;
    return [...partsOf('told', toldHash), ...this.#ofTakeBack];
  }
}

export function nextTry(tries: number): number {
  return (tries % TRIES) + 1;
}

function partsOf(word: MetricsWord, hash: string): readonly MetricsPart[] {
  return Array.from({ length: TRIES + 1 }, (_, tries) => ({ word, hash: hashOfTry(hash, tries), tries }));
}

function hashOfTry(hash: string, tries: number): string {
  return tries === 0 ? hash : createHash('sha256').update(`${hash} try ${tries}`).digest('hex');
}
