/** How a message's sequence number stands to the one before (specification: AgentToServer.sequence_num). */
export type SequenceVerdict = 'continues' | 'repeats' | 'gap';

/** 64-bit numbers as unsigned halves. 2^64-1 is followed by 0. */
export function judgeSequence(
  previousLow: number,
  previousHigh: number,
  low: number,
  high: number,
): SequenceVerdict {
  if (low === previousLow && high === previousHigh) return 'repeats';
  const nextLow = (previousLow + 1) >>> 0;
  const nextHigh = nextLow === 0 ? (previousHigh + 1) >>> 0 : previousHigh;
  return low === nextLow && high === nextHigh ? 'continues' : 'gap';
}

/** Whether the engine has all that the agent reported, wants a full report, or waits for the answer to its request. */
export type FullState = 'known' | 'needed' | 'asked';

/** What a message says about the completeness of what is known. */
export interface MessageFacts {
  /** The agent was not known, or nothing but its uid. */
  readonly isUnknown: boolean;
  readonly verdict: SequenceVerdict;
  readonly carriesAnyPart: boolean;
  readonly carriesDescription: boolean;
  /** Every part that the capabilities promise is there. */
  readonly carriesAll: boolean;
  /** The number is 0 or 1, where released clients begin. */
  readonly isStart: boolean;
}

/**
 * A request is outstanding until any report follows it, and is then taken as answered: released clients number and
 * drop messages in ways that would otherwise have the server ask without end. A repeated number is a retry and no gap;
 * a first report with a description is full, whatever it leaves out that its capabilities would allow.
 */
export function nextFullState(current: FullState, facts: MessageFacts): FullState {
  if (facts.carriesAll) return 'known';
  if (facts.isStart && facts.carriesDescription) return 'known';
  const isAnswered = current === 'asked' && facts.carriesAnyPart;
  const before = isAnswered ? 'known' : current;
  if (before === 'asked') return 'asked';
  if (facts.isUnknown && !isAnswered) return 'needed';
  return facts.verdict === 'gap' ? 'needed' : before;
}

const FREE_REQUESTS = 2;
const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 600_000;
const FORGIVEN_AFTER_MS = 3_600_000;

/**
 * How long after its last request an agent may be asked again, given the number of requests so far. Clients exist that
 * answer each request with another gap.
 */
export function fullStatePauseMs(requests: number): number {
  if (requests < FREE_REQUESTS) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** (requests - FREE_REQUESTS), MAX_PAUSE_MS);
}

/** Requests count for this long. */
export function isForgiven(askedAtMs: number, nowMs: number): boolean {
  return nowMs - askedAtMs > FORGIVEN_AFTER_MS;
}
