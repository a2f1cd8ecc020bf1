import type { AgentSettings } from '../settings/settings.ts';
import type { AgentState, RemoteConfig } from '../storage/agent-state.ts';
import type { Offer } from './agent-queue.ts';

/** What is to be done with an offer. */
export type OfferDecision =
  /** Runs already, or did when it was last answered: the answer is repeated. */
  | { readonly kind: 'repeat'; readonly verdict: 'applied' | 'failed'; readonly errorMessage: string }
  | { readonly kind: 'refuse'; readonly errorMessage: string }
  | { readonly kind: 'apply'; readonly config: RemoteConfig };

/** All files of an offer together. It is kept on disk, and read as a whole. */
const MAX_OFFER_BYTES = 4 * 1_024 * 1_024;

/** Decides on an offer without touching the agent. A hash that failed while it ran stays failed until a restart command clears the list. */
export function decideOffer(state: AgentState, offer: Offer): OfferDecision {
  const { received, failed } = state;
  const earlier = failed.findLast(({ hash }) => hash === offer.hash);
  if (earlier !== undefined) return { kind: 'repeat', verdict: 'failed', errorMessage: earlier.errorMessage };
  if (received?.config.hash === offer.hash && received.verdict === 'applied') {
    return { kind: 'repeat', verdict: 'applied', errorMessage: '' };
  }
  if (offer.files === undefined) {
    return {
      kind: 'refuse',
      errorMessage: 'the offer has a hash but no configuration, and this hash does not run here',
    };
  }
  const refusal = offerRefusal(offer.files);
  if (refusal !== undefined) return { kind: 'refuse', errorMessage: refusal };
  return { kind: 'apply', config: { hash: offer.hash, files: offer.files } };
}

/** Why files are not even read; undefined where they are. */
export function offerRefusal(files: RemoteConfig['files']): string | undefined {
  const bytes = [...files.values()].reduce((sum, { body }) => sum + body.length, 0);
  return bytes > MAX_OFFER_BYTES
    ? `the configuration has ${bytes} bytes, and more than ${MAX_OFFER_BYTES} are not taken`
    : undefined;
}

/**
 * What a supervisor runs that starts with this state: what was applied last, else the last good one; undefined = the
 * local configuration. Without the capability, what was offered earlier does not run either; without rollback, what
 * failed while it ran is still in force.
 */
export function planAtStart(
  { applied, lastGood, received, failed }: AgentState,
  { capabilities, rollsBack }: Pick<AgentSettings, 'capabilities' | 'rollsBack'>,
): RemoteConfig | undefined {
  if (!capabilities.includes('AcceptsRemoteConfig')) return undefined;
  const ran = received?.verdict === 'failed' && failed.some(({ hash }) => hash === received.config.hash);
  if (!rollsBack && ran) return planOf(received.config);
  return applied === undefined ? lastGood : planOf(applied);
}

/** An offer without content means: run what is configured locally. It never means: stop collecting. */
export function planOf(config: RemoteConfig): RemoteConfig | undefined {
  const hasContent = [...config.files.values()].some(({ body }) => body.length > 0);
  return hasContent ? config : undefined;
}
