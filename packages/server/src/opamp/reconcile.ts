/** What operators decided for an agent, as far as offers depend on it. */
export interface Desired {
  /** Hex of the hash of the stack; undefined where Drover leaves the agent's configuration alone. */
  readonly configHash: string | undefined;
  /** An operator wants the hash tried again that the agent says FAILED of. */
  readonly isRetry: boolean;
}

/** What the agent said, and what is known of this link to it. */
export interface Reported {
  readonly acceptsRemoteConfig: boolean;
  readonly reportsRemoteConfig: boolean;
  /** Hex of the hash that it last received, as it says; '' for none. */
  readonly configHash: string;
  /** Hex of the hash that it last said FAILED of; '' for none. */
  readonly failedConfigHash: string;
  /** What was offered on this link last and has no status yet. */
  readonly offered: { readonly configHash: string; readonly agoMs: number } | undefined;
}

/** The next offer. */
export type OfferDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'remote_config'; readonly hash: string };

const NOTHING: OfferDecision = { kind: 'nothing' };

/** An offer without a word about it for this long may have been lost. */
export const UNANSWERED_AFTER_MS = 30_000;

/**
 * Desired against reported. Hashes alone decide (specification: RemoteConfigStatus.last_remote_config_hash): an agent
 * that reports the desired hash gets no offer, whether it says APPLYING, APPLIED or FAILED. One that FAILED and went
 * back to an older hash is not pressed either, until an operator wants it tried again. An offer that is not answered is repeated on a new link, or here after
 * a while by an agent that would answer: clients report at once on whatever they are sent.
 */
export function reconcile(desired: Desired, reported: Reported): OfferDecision {
  const hash = desired.configHash;
  if (hash === undefined || hash === '' || !reported.acceptsRemoteConfig) return NOTHING;
  const { offered } = reported;
  if (!desired.isRetry && (reported.configHash === hash || reported.failedConfigHash === hash))
    return NOTHING;
  const isWaiting = offered?.configHash === hash;
  if (isWaiting && (!reported.reportsRemoteConfig || offered.agoMs < UNANSWERED_AFTER_MS)) return NOTHING;
  return { kind: 'remote_config', hash };
}

/** What the agent said of connection settings, and what is known of this link to it. */
export interface ReportedSettings {
  readonly acceptsSettings: boolean;
  readonly reportsSettings: boolean;
  /** Hex of the hash that it last received, as it says; '' for none. */
  readonly settingsHash: string;
  /** What was offered on this link last. */
  readonly offered: { readonly hash: string; readonly agoMs: number } | undefined;
}

/**
 * Whether connection settings of this hash are to be offered now. As with configurations hashes decide (specification:
 * ConnectionSettingsStatus.last_connection_settings_hash); an agent that says nothing of settings is offered them once on each link.
 */
export function reconcileSettings(hash: string, reported: ReportedSettings): boolean {
  if (!reported.acceptsSettings || reported.settingsHash === hash) return false;
  const { offered } = reported;
  if (offered?.hash !== hash) return true;
  return reported.reportsSettings && offered.agoMs >= UNANSWERED_AFTER_MS;
}
