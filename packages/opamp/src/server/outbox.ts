import { type InstanceUid, instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import type { ComponentRequests } from './component-requests.ts';
import type { Counters } from './counters.ts';
import type { CustomMessages } from './custom-messages.ts';
import { FullStateRequests } from './full-state-requests.ts';
import type { HostCalls } from './host-calls.ts';
import { noteOffered, type SelectedOffers, selectOffers } from './offer-selection.ts';
import type { Problems } from './problems.ts';
import { PushQueue } from './push-queue.ts';
import {
  assembleReply,
  byteLength,
  type Pieces,
  REPORT_AVAILABLE_COMPONENTS,
  REPORT_FULL_STATE,
} from './reply.ts';
import type { Roster } from './roster.ts';
import type { Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

const NO_OFFERS: SelectedOffers = { offers: undefined, hasMore: false };

/** What the server says to agents: answers, pushes, requests for full state. */
export class Outbox {
  readonly #pushes = new PushQueue((session) => this.#push(session));
  readonly #fullStateRequests: FullStateRequests;
  readonly #settings: ServerSettings;
  readonly #roster: Roster;
  readonly #host: HostCalls;
  readonly #componentRequests: ComponentRequests;
  readonly #customMessages: CustomMessages;
  readonly #problems: Problems;
  readonly #counters: Counters;
  readonly #now: () => number;

  constructor(
    settings: ServerSettings,
    roster: Roster,
    host: HostCalls,
    componentRequests: ComponentRequests,
    customMessages: CustomMessages,
    problems: Problems,
    counters: Counters,
    now: () => number,
  ) {
    this.#settings = settings;
    this.#roster = roster;
    this.#host = host;
    this.#componentRequests = componentRequests;
    this.#customMessages = customMessages;
    this.#problems = problems;
    this.#counters = counters;
    this.#now = now;
    this.#fullStateRequests = new FullStateRequests(settings.fullStateRequestsPerSecond, now());
  }

  /** The answer to a message of a connected agent, or undefined where the uid alone says all. */
  answer(session: Session, mayOffer: boolean, wantsUid: boolean): Pieces | undefined {
    const nowMs = this.#now();
    const isAsked = mayOffer || session.isOfferDue;
    const selected = isAsked ? this.#select(session, session.isOfferDue, nowMs) : NO_OFFERS;
    if (isAsked) session.isOfferDue = selected.hasMore && session.link === undefined;
    if (selected.hasMore && session.link !== undefined) this.#pushes.add(session);
    const { offers } = selected;
    // A command goes with nothing but the uid and the capabilities (specification: ServerToAgent.command).
    const isCommand = offers?.restart === true;
    const flags = isCommand ? 0 : this.#fullStateFlag(session, nowMs) | this.#componentsFlag(session, nowMs);
    const newUid = wantsUid && !isCommand ? this.#assignUid(session) : undefined;
    const customCapabilities = isCommand ? undefined : this.#customCapabilities(session);
    // A WebSocket has its queue sent by pushes, which see whether the agent reads.
    const customMessage =
      isCommand || session.link !== undefined ? undefined : this.#customMessages.take(session);
    const isQuiet =
      flags === 0 &&
      newUid === undefined &&
      offers === undefined &&
      customCapabilities === undefined &&
      customMessage === undefined;
    if (isQuiet && session.isGreeted) return undefined;
    const capabilities = session.isGreeted ? 0n : this.#settings.capabilities;
    // Plain HTTP has no connection that could remember it: each answer holds the capabilities.
    session.isGreeted = session.transport === 'websocket';
    const content = { flags, capabilities, newUid, offers, customCapabilities, customMessage };
    return this.#assemble(session, content, nowMs);
  }

  /** To be called by the transport when an answer was lost on its way: what it held is due again. */
  undelivered(session: Session): void {
    if (session.lastOffers !== undefined) session.isOfferDue = true;
    session.lastOffers = undefined;
    if (session.fullState === 'asked') session.fullState = 'needed';
    session.isToldCustom = false;
  }

  /** Offers to the agent what the host wants for it: soon over a WebSocket, with the next poll over HTTP. */
  push(session: Session): void {
    if (session.link === undefined) session.isOfferDue = true;
    else this.#pushes.add(session);
  }

  /** Sends the requests for full state and for components that had to wait. */
  askWaiting(): void {
    const nowMs = this.#now();
    for (const session of this.#fullStateRequests.due(nowMs)) {
      this.#counters.fullStateRequests++;
      this.#ask(session, REPORT_FULL_STATE);
    }
    for (const session of this.#componentRequests.due(nowMs)) {
      this.#counters.componentRequests++;
      this.#ask(session, REPORT_AVAILABLE_COMPONENTS);
    }
  }

  #ask(session: Session, flags: number): void {
    const content = { flags, capabilities: 0n, newUid: undefined, offers: undefined };
    session.link?.send(assembleReply(session.wireUid, content));
  }

  #push(session: Session): void {
    const { link } = session;
    if (link?.isWritable !== true) {
      session.isOfferDue = true;
      return;
    }
    session.isOfferDue = false;
    const nowMs = this.#now();
    const { offers, hasMore } = this.#select(session, true, nowMs);
    // Before messages of capabilities that are new; a command goes alone.
    const customCapabilities = offers?.restart === true ? undefined : this.#customCapabilities(session);
    if (customCapabilities === undefined) this.#sendCustomMessages(session);
    if (offers === undefined && customCapabilities === undefined) return;
    const content = { flags: 0, capabilities: 0n, newUid: undefined, offers, customCapabilities };
    link.send(this.#assemble(session, content, nowMs));
    if (customCapabilities !== undefined) this.#sendCustomMessages(session);
    if (hasMore) this.#pushes.add(session);
  }

  /** What is announced with the first answer since the agent connected, and when the list has changed. */
  #customCapabilities(session: Session): Uint8Array | undefined {
    if (session.isToldCustom) return undefined;
    session.isToldCustom = true;
    return this.#customMessages.announcement;
  }

  /** Sends what waits for the agent, as long as it reads. */
  #sendCustomMessages(session: Session): void {
    const { link } = session;
    while (link?.isWritable === true) {
      const customMessage = this.#customMessages.take(session);
      if (customMessage === undefined) return;
      const content = { flags: 0, capabilities: 0n, newUid: undefined, offers: undefined, customMessage };
      link.send(assembleReply(session.wireUid, content));
    }
  }

  #select(session: Session, isPush: boolean, nowMs: number): SelectedOffers {
    return selectOffers(this.#host, session, this.#settings.capabilities, isPush, nowMs);
  }

  #fullStateFlag(session: Session, nowMs: number): number {
    if (!this.#fullStateRequests.take(session, nowMs)) return 0;
    this.#counters.fullStateRequests++;
    return REPORT_FULL_STATE;
  }

  #componentsFlag(session: Session, nowMs: number): number {
    if (!this.#componentRequests.take(session, nowMs)) return 0;
    this.#counters.componentRequests++;
    return REPORT_AVAILABLE_COMPONENTS;
  }

  #assignUid(session: Session): Uint8Array {
    const uid: InstanceUid = session.assignedUid ?? newInstanceUid(this.#now());
    if (session.assignedUid === undefined) this.#roster.assign(session, uid);
    return instanceUidToBytes(uid);
  }

  #assemble(session: Session, content: Parameters<typeof assembleReply>[1], nowMs: number): Pieces {
    const pieces = assembleReply(session.wireUid, content);
    const { offers } = content;
    if (offers === undefined) return pieces;
    const length = byteLength(pieces);
    if (length > this.#settings.maxMessageBytes) {
      const detail = `an offer of ${length} bytes was not sent, the limit is ${this.#settings.maxMessageBytes}`;
      this.#problems.report('outgoing_too_large', detail, session);
      return assembleReply(session.wireUid, { ...content, offers: undefined });
    }
    noteOffered(session, offers, nowMs);
    this.#host.offered(session, offers);
    return pieces;
  }
}
