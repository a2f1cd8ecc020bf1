/**
 * The session engine: what an AgentToServer changes and what is answered. Both transports hand their messages to
 * `receive` and write what it returns; neither knows anything of the protocol's state.
 */
import type { OpampErrorCode } from '../errors.ts';
import { type InstanceUid, instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import { ComponentIntake } from './component-intake.ts';
import { ComponentRequests } from './component-requests.ts';
import type { Counters } from './counters.ts';
import { CustomMessages } from './custom-messages.ts';
import { type DuplicateVerdict, judgeClaim } from './duplicates.ts';
import type { HostCalls } from './host-calls.ts';
import {
  type Changes,
  changedParts,
  countUnannounced,
  isQuietHeartbeat,
  messageFacts,
  storeParts,
  takeCapabilities,
  takeSequence,
} from './intake.ts';
import { Outbox } from './outbox.ts';
import {
  FIELD_AGENT_DISCONNECT,
  FIELD_CUSTOM_MESSAGE,
  FIELD_DESCRIPTION,
  FIELD_SETTINGS_REQUEST,
} from './parts.ts';
import type { Problems } from './problems.ts';
import { assembleBadRequest, assembleReply, assembleUnavailable, type Pieces } from './reply.ts';
import { linkOf, Roster, sessionsOf } from './roster.ts';
import { AgentMessageScanner } from './scan.ts';
import { judgeSequence, nextFullState } from './sequence.ts';
import type { ClaimRefusal } from './server-options.ts';
import { type Link, type Peer, Session, serviceInstanceId } from './session.ts';
import type { ServerSettings } from './settings.ts';
import { receiveSettingsRequest } from './settings-requests.ts';
import { readWireUid } from './wire-uid.ts';

/** What the transport is to answer. `steady` is the reply that holds nothing but the uid (see `steadyPieces`). */
export type Outcome =
  | { readonly kind: 'steady'; readonly session: Session }
  | { readonly kind: 'reply'; readonly session: Session | undefined; readonly pieces: Pieces }
  | { readonly kind: 'refused'; readonly code: OpampErrorCode; readonly body: Uint8Array };

const REQUEST_INSTANCE_UID = 0x1;
/** The specification recommends to retry no earlier (section Throttling). */
const RETRY_AFTER_MS = 30_000;
const NO_UID = new Uint8Array(0);

export class Engine {
  readonly roster: Roster;
  readonly outbox: Outbox;
  readonly #scanner = new AgentMessageScanner();
  readonly #settings: ServerSettings;
  readonly #host: HostCalls;
  readonly #problems: Problems;
  readonly #counters: Counters;
  readonly customMessages: CustomMessages;
  readonly #componentRequests: ComponentRequests;
  readonly #componentIntake: ComponentIntake;
  readonly #now: () => number;

  constructor(
    settings: ServerSettings,
    host: HostCalls,
    problems: Problems,
    counters: Counters,
    now: () => number,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#problems = problems;
    this.#counters = counters;
    this.#now = now;
    this.roster = new Roster(host);
    const requests = new ComponentRequests(host, now());
    this.#componentRequests = requests;
    this.#componentIntake = new ComponentIntake(settings, host, requests, problems);
    const messages = new CustomMessages(settings, host, problems);
    this.customMessages = messages;
    this.outbox = new Outbox(settings, this.roster, host, requests, messages, problems, counters, now);
  }

  /** Takes the message that starts at `from` in `bytes`; nothing of `bytes` is kept after the call. */
  receive(peer: Peer | Link, bytes: Uint8Array, from: number): Outcome {
    const message = this.#scanner;
    const problem = message.scan(bytes, from);
    if (problem !== undefined) return this.refuse(peer, 'bad_message', problem);
    const { session } = peer;
    if (session !== undefined && isQuietHeartbeat(session, peer, message)) {
      session.sequenceLow = message.sequenceLow;
      session.lastMessageAtMs = this.#now();
      return session.steadyOutcome;
    }
    const overload = this.#host.overloaded();
    if (overload !== undefined) return this.#shed(peer, message, overload.retryAfterMs ?? RETRY_AFTER_MS);
    return this.#receiveAny(peer, message);
  }

  /** An error that answers a message which was not processed; reported and counted. */
  refuse(
    peer: Peer,
    code: OpampErrorCode,
    detail: string,
    wireUid: Uint8Array = NO_UID,
    uid?: InstanceUid,
  ): Outcome {
    const { remoteAddress } = peer;
    this.#problems.report(code, detail, { remoteAddress, instanceUid: uid ?? peer.session?.instanceUid });
    return { kind: 'refused', code, body: assembleBadRequest(wireUid, `${code}: ${detail}`) };
  }

  /** The peer's connection is gone, and with it the agents that spoke through it last. */
  peerGone(peer: Link, reason: 'closed' | 'cut' | 'drained'): void {
    for (const session of sessionsOf(peer)) this.roster.disconnect(session, reason);
  }

  /** A slow peer reads again: what could not be pushed meanwhile is due. */
  peerCaughtUp(peer: Link): void {
    for (const session of sessionsOf(peer)) {
      const isDue = session.isOfferDue || session.customMessages !== undefined;
      if (isDue) this.outbox.push(session);
    }
  }

  /** The reply without news. Over HTTP it restates the capabilities. */
  steadyPieces(session: Session): Pieces {
    const capabilities = session.transport === 'http' ? this.#settings.capabilities : 0n;
    return assembleReply(session.wireUid, { flags: 0, capabilities, newUid: undefined, offers: undefined });
  }

  #receiveAny(peer: Peer | Link, message: AgentMessageScanner): Outcome {
    const uid = readWireUid(message.uid());
    if (uid === undefined) {
      const detail = `instance_uid must have 16 bytes, it has ${message.uidLength}`;
      return this.refuse(peer, 'bad_instance_uid', detail, copyOf(message.uid()));
    }
    const known = this.roster.get(uid) ?? this.roster.adopt(uid, copyOf(message.uid()));
    const refusal = known !== undefined && known.link === peer ? undefined : this.#admit(peer, uid);
    if (refusal?.kind === 'full') return this.#refuseForNow(peer, message, refusal.message);
    if (refusal !== undefined)
      return this.refuse(peer, 'not_admitted', refusal.message, copyOf(message.uid()), uid);
    const changes = changedParts(known, message, this.#host.takesComponents);
    if (typeof changes === 'string') {
      // The number counts although the content does not: the agent will not send that content again.
      if (known !== undefined && known.link === peer) takeSequence(known, message);
      return this.refuse(peer, 'bad_message', changes, copyOf(message.uid()), uid);
    }
    const session = known ?? this.#create(uid, peer, message);
    if (session === undefined) {
      const detail = `${this.#settings.maxAgents} agents are known already, which is the limit`;
      return this.#refuseForNow(peer, message, detail);
    }
    switch (this.#judge(session, peer, message)) {
      case 'conflict': {
        const detail = 'the instance uid is held by another live agent or bound to another credential';
        return this.refuse(peer, 'uid_conflict', detail, copyOf(message.uid()), uid);
      }
      case 'clone':
        return this.#renameClone(peer, message, uid);
      case 'same':
        return this.#apply(session, peer, message, changes);
    }
  }

  #create(uid: InstanceUid, peer: Peer, message: AgentMessageScanner): Session | undefined {
    if (this.roster.size >= this.#settings.maxAgents) return undefined;
    const session = new Session(uid, copyOf(message.uid()), peer);
    const stored = this.#host.restore(uid);
    if (stored !== undefined) session.restore(stored);
    return session;
  }

  #judge(session: Session, peer: Peer | Link, message: AgentMessageScanner): DuplicateVerdict {
    if (session.link !== undefined && session.link === peer) return 'same';
    const description = message.has(FIELD_DESCRIPTION) ? message.slice(FIELD_DESCRIPTION) : undefined;
    const isContested = session.isConnected && description !== undefined;
    return judgeClaim(
      {
        isConnected: session.isConnected,
        transport: session.transport,
        credential: session.credential,
        serviceInstanceId: isContested ? serviceInstanceId(session.parts.description) : undefined,
        recentTakeovers: session.recentTakeovers(this.#now()),
      },
      {
        transport: peer.transport,
        credential: peer.credential,
        serviceInstanceId: isContested ? serviceInstanceId(description) : undefined,
        continuesSequence: continues(session, message),
      },
    );
  }

  #apply(session: Session, peer: Peer | Link, message: AgentMessageScanner, changes: Changes): Outcome {
    const isGoodbye = message.has(FIELD_AGENT_DISCONNECT);
    const isUnknown = session.parts.description === undefined;
    const wasConnected = session.isConnected && session.link === linkOf(peer);
    const nowMs = this.#now();
    if (session.isConnected && !wasConnected && !continues(session, message)) session.countTakeover(nowMs);
    const verdict = takeSequence(session, message);
    const capabilitiesChanged = takeCapabilities(session, message);
    const changed = storeParts(session, message, changes);
    if (this.roster.get(session.instanceUid) === undefined) this.roster.add(session);
    for (let left = countUnannounced(session, message); left > 0; left--)
      this.#counters.error('unannounced_part');
    // A second goodbye on another connection must not bring the agent back: released clients send two.
    if (!isGoodbye || wasConnected) {
      this.roster.attach(session, peer, nowMs);
      noteOnPeer(peer, session);
    }
    session.lastMessageAtMs = nowMs;
    if (changes.components !== undefined)
      this.#componentIntake.take(session, message, changes.components, nowMs);
    if (!wasConnected || capabilitiesChanged || changed.has('availableComponents'))
      this.#componentRequests.note(session);
    const facts = messageFacts(session, message, isUnknown, verdict);
    session.fullState = nextFullState(session.fullState, facts);
    if (changed.size > 0 || capabilitiesChanged) this.#host.reported(session, changed);
    const refusal = this.#takeOneShots(session, message);
    if (isGoodbye) return this.#sayGoodbye(session);
    if (refusal !== undefined)
      return this.refuse(peer, 'request_refused', refusal, session.wireUid, session.instanceUid);
    const mayOffer = !wasConnected || message.present !== 0 || capabilitiesChanged;
    const wantsUid = (message.flags & REQUEST_INSTANCE_UID) !== 0;
    const pieces = this.outbox.answer(session, mayOffer, wantsUid);
    return pieces === undefined ? session.steadyOutcome : { kind: 'reply', session, pieces };
  }

  /** What is said once and is no state. Returns why a request in it is refused. */
  #takeOneShots(session: Session, message: AgentMessageScanner): string | undefined {
    if (message.has(FIELD_CUSTOM_MESSAGE))
      this.customMessages.receive(session, message.slice(FIELD_CUSTOM_MESSAGE));
    if (!message.has(FIELD_SETTINGS_REQUEST)) return undefined;
    const request = message.slice(FIELD_SETTINGS_REQUEST);
    return receiveSettingsRequest(session, request, this.#settings, this.#host, this.#counters);
  }

  #shed(peer: Peer, message: AgentMessageScanner, retryAfterMs: number): Outcome {
    const detail = 'the server cannot keep up';
    const { remoteAddress } = peer;
    this.#problems.report('overloaded', detail, { remoteAddress, instanceUid: peer.session?.instanceUid });
    const body = assembleUnavailable(copyOf(message.uid()), `overloaded: ${detail}`, retryAfterMs);
    return { kind: 'refused', code: 'overloaded', body };
  }

  #sayGoodbye(session: Session): Outcome {
    const capabilities = session.isGreeted ? 0n : this.#settings.capabilities;
    const content = { flags: 0, capabilities, newUid: undefined, offers: undefined };
    const pieces = assembleReply(session.wireUid, content);
    this.roster.disconnect(session, 'agent_disconnect');
    return { kind: 'reply', session: undefined, pieces };
  }

  /** The holder keeps uid and state; the other learns its new uid and nothing else (specification: Duplicate WebSocket Connections). */
  #renameClone(peer: Peer, message: AgentMessageScanner, uid: InstanceUid): Outcome {
    const { remoteAddress } = peer;
    const detail = 'another agent uses the same instance uid; this one is given a new one';
    this.#problems.report('duplicate_uid', detail, { remoteAddress, instanceUid: uid });
    const newUid = instanceUidToBytes(newInstanceUid(this.#now()));
    const content = { flags: 0, capabilities: this.#settings.capabilities, newUid, offers: undefined };
    return { kind: 'reply', session: undefined, pieces: assembleReply(copyOf(message.uid()), content) };
  }

  #admit({ transport, remoteAddress, grant }: Peer, instanceUid: InstanceUid): ClaimRefusal | undefined {
    return this.#host.admit({ instanceUid, transport, remoteAddress, grant });
  }

  #refuseForNow(peer: Peer, message: AgentMessageScanner, detail: string): Outcome {
    this.#problems.report('too_many_agents', detail, { remoteAddress: peer.remoteAddress });
    const body = assembleUnavailable(copyOf(message.uid()), `too_many_agents: ${detail}`, RETRY_AFTER_MS);
    return { kind: 'refused', code: 'too_many_agents', body };
  }
}

function noteOnPeer(peer: Peer, session: Session): void {
  if (peer.session !== undefined && peer.session !== session) {
    peer.sessions ??= new Set([peer.session]);
    peer.sessions.add(session);
  }
  peer.session = session;
}

function continues(session: Session, message: AgentMessageScanner): boolean {
  const { sequenceLow, sequenceHigh } = message;
  if (!session.hasSequence) return false;
  const verdict = judgeSequence(session.sequenceLow, session.sequenceHigh, sequenceLow, sequenceHigh);
  return verdict === 'continues';
}

function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
