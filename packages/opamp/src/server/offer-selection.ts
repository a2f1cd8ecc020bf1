import { isOpen, SERVER_GATES } from '../wire/gates.ts';
import type { HostCalls } from './host-calls.ts';
import type { Offers } from './server-options.ts';
import type { Session } from './session.ts';
import { allowedSettings } from './settings-filter.ts';

const FIRST_REPEAT_MS = 1_000;
const MAX_REPEAT_MS = 60_000;

/** What is to go out now, and whether more waits behind it. */
export interface SelectedOffers {
  readonly offers: Offers | undefined;
  readonly hasMore: boolean;
}

const NOTHING: SelectedOffers = { offers: undefined, hasMore: false };

/**
 * Asks the host and keeps what both sides' capabilities allow. In an answer (`isPush` false) the same offer is repeated
 * only after a pause that doubles: each released client reports at once when it is offered something, and one that never
 * reports the hash would otherwise be driven round in a circle. A restart excludes all else (specification:
 * ServerToAgent.command).
 */
export function selectOffers(
  host: HostCalls,
  session: Session,
  serverCapabilities: bigint,
  isPush: boolean,
  nowMs: number,
): SelectedOffers {
  const wanted = host.offers(session);
  if (wanted === undefined) return NOTHING;
  const offers = allowed(wanted, session.capabilities, serverCapabilities, (detail) =>
    host.malformed(detail, session),
  );
  const { restart, ...state } = offers;
  const hasState = Object.keys(state).length > 0;
  if (restart === true) return { offers: { restart }, hasMore: hasState };
  if (!hasState || (!isPush && isTooSoon(session, state, nowMs))) return NOTHING;
  return { offers: state, hasMore: false };
}

/** Remembers what left for the agent. */
export function noteOffered(session: Session, offers: Offers, nowMs: number): void {
  if (offers.restart === true) return;
  const { lastOffers } = session;
  session.offerRepeats =
    lastOffers !== undefined && isSame(lastOffers, offers) ? session.offerRepeats + 1 : 0;
  session.lastOffers = offers;
  session.lastOfferAtMs = nowMs;
}

/** What was not announced by both sides is not sent. */
function allowed(wanted: Offers, agent: bigint, server: bigint, malformed: (detail: string) => void): Offers {
  const { remoteConfig, packagesAvailable } = wanted;
  const settings =
    wanted.connectionSettings && allowedSettings(wanted.connectionSettings, agent, server, malformed);
  const offersConfig = remoteConfig !== undefined && isOpen(SERVER_GATES.remoteConfig, agent, server);
  const offersPackages =
    packagesAvailable !== undefined && isOpen(SERVER_GATES.packagesAvailable, agent, server);
  const restarts = wanted.restart === true && isOpen(SERVER_GATES.restart, agent, server);
  return {
    ...(offersConfig ? { remoteConfig } : {}),
    ...(settings === undefined ? {} : { connectionSettings: settings }),
    ...(offersPackages ? { packagesAvailable } : {}),
    ...(restarts ? { restart: true } : {}),
  };
}

function isTooSoon(session: Session, offers: Offers, nowMs: number): boolean {
  const { lastOffers } = session;
  if (lastOffers === undefined || !isSame(lastOffers, offers)) return false;
  const pauseMs = Math.min(FIRST_REPEAT_MS * 2 ** session.offerRepeats, MAX_REPEAT_MS);
  return nowMs - session.lastOfferAtMs < pauseMs;
}

function isSame(a: Offers, b: Offers): boolean {
  return (
    isSameBytes(a.remoteConfig, b.remoteConfig) &&
    isSameBytes(a.connectionSettings, b.connectionSettings) &&
    isSameBytes(a.packagesAvailable, b.packagesAvailable)
  );
}

function isSameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.length === b.length && Buffer.compare(a, b) === 0;
}
