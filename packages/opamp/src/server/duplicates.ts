import type { Transport } from './server-options.ts';

/** What is known of the agent that holds a uid. */
export interface Holder {
  readonly isConnected: boolean;
  readonly transport: Transport;
  readonly credential: string | undefined;
  /** service.instance.id of its description, where it gave one. */
  readonly serviceInstanceId: string | undefined;
  /** Live links of this uid that were replaced within the last minute, by a sequence that did not go on. */
  readonly recentTakeovers: number;
}

/** What is known of somebody who sends that uid over another link or exchange. */
export interface Claimant {
  readonly transport: Transport;
  readonly credential: string | undefined;
  readonly serviceInstanceId: string | undefined;
  /** Its message has the number that follows the holder's last one. */
  readonly continuesSequence: boolean;
}

/**
 * - `same`: the claimant is the holder, whose old link (if any) is dead or about to be replaced;
 * - `clone`: another agent with the same uid, to be given a new one;
 * - `conflict`: refused.
 */
export type DuplicateVerdict = 'same' | 'clone' | 'conflict';

/** Two that take the uid from each other more often than this in a minute are two, not one with a bad network. */
const MAX_TAKEOVERS_A_MINUTE = 3;

/**
 * A returning agent whose old socket hangs and a clone look alike at first (specification: Duplicate WebSocket
 * Connections). The credential and service.instance.id tell them apart. A POST never replaces a live WebSocket: an agent that
 * changes its transport closes the socket first, and anybody can copy a uid into a POST to fetch a configuration.
 */
export function judgeClaim(holder: Holder, claimant: Claimant): DuplicateVerdict {
  if (holder.credential !== undefined && holder.credential !== claimant.credential) return 'conflict';
  if (!holder.isConnected) return 'same';
  if (holder.transport === 'http' && claimant.transport === 'http' && claimant.continuesSequence)
    return 'same';
  if (
    holder.serviceInstanceId !== undefined &&
    claimant.serviceInstanceId !== undefined &&
    holder.serviceInstanceId !== claimant.serviceInstanceId
  ) {
    return 'clone';
  }
  if (claimant.transport === 'http') return holder.transport === 'websocket' ? 'conflict' : 'same';
  // One agent on a bad network goes on with its numbers; two agents each have their own.
  if (claimant.continuesSequence) return 'same';
  return holder.recentTakeovers >= MAX_TAKEOVERS_A_MINUTE ? 'clone' : 'same';
}
