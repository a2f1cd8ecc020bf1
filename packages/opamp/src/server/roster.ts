import type { InstanceUid } from '../wire/instance-uid.ts';
import type { DisconnectReason, HostCalls } from './host-calls.ts';
import type { Link, Peer, Session } from './session.ts';

/** Closed by us: the same agent came on another link, or may not speak any more (RFC 6455: 1008, policy). */
const CLOSE_POLICY = 1008;

/** All sessions by uid, who of them is connected, and through what. */
export class Roster {
  readonly #sessions = new Map<InstanceUid, Session>();
  /** Sessions whose agent was given a uid that it has not used yet, by that uid; at most one for each session. */
  readonly #assigned = new Map<InstanceUid, Session>();
  /** Connected over HTTP, the one that was heard longest ago first. */
  readonly #polling = new Set<Session>();
  readonly #host: HostCalls;

  constructor(host: HostCalls) {
    this.#host = host;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(uid: InstanceUid): Session | undefined {
    return this.#sessions.get(uid);
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  add(session: Session): void {
    this.#sessions.set(session.instanceUid, session);
  }

  assign(session: Session, newUid: InstanceUid): void {
    session.assignedUid = newUid;
    this.#assigned.set(newUid, session);
  }

  /** The session whose agent now uses the uid that it was given, moved to that uid; undefined where none was given it. */
  adopt(newUid: InstanceUid, wireUid: Uint8Array): Session | undefined {
    const session = this.#assigned.get(newUid);
    if (session === undefined) return undefined;
    const oldUid = session.instanceUid;
    this.#assigned.delete(newUid);
    this.#sessions.delete(oldUid);
    session.instanceUid = newUid;
    session.wireUid = wireUid;
    session.assignedUid = undefined;
    this.#sessions.set(newUid, session);
    this.#host.renamed(oldUid, newUid);
    return session;
  }

  /** The agent speaks through `peer` now. A live link that it had before is closed. */
  attach(session: Session, peer: Peer | Link, nowMs: number): void {
    const link = linkOf(peer);
    if (session.isConnected && session.link === link) {
      if (link === undefined) this.#heard(session, peer);
      return;
    }
    if (session.isConnected) {
      const old = session.link;
      this.disconnect(session, 'replaced');
      old?.close(CLOSE_POLICY, 'the agent came on another link');
    }
    session.transport = peer.transport;
    session.remoteAddress = peer.remoteAddress;
    session.credential = peer.credential ?? session.credential;
    session.grant = peer.grant;
    session.link = link;
    session.isConnected = true;
    session.connectedAtMs = nowMs;
    session.lastMessageAtMs = nowMs;
    session.isGreeted = false;
    session.isToldCustom = false;
    session.lastOffers = undefined;
    if (session.fullState === 'asked') session.fullState = 'needed';
    if (link === undefined) this.#polling.add(session);
    this.#host.connected(session);
  }

  /** Does nothing where the session is not connected. */
  disconnect(session: Session, reason: DisconnectReason): void {
    if (!session.isConnected) return;
    session.isConnected = false;
    session.link = undefined;
    session.customMessages = undefined;
    this.#polling.delete(session);
    this.#host.disconnected(session, reason);
  }

  /** Ends the agent's connection; where others speak through its link, that stays. False where the agent was gone already. */
  end(session: Session | undefined, reason: string): boolean {
    if (session?.isConnected !== true) return false;
    const { link } = session;
    this.disconnect(session, 'cut');
    if (link !== undefined && sessionsOf(link).length === 0) link.close(CLOSE_POLICY, reason);
    return true;
  }

  /** Ends a connection with all who speak through it, and returns how many those were. */
  endLink(link: Link, reason: string): number {
    const sessions = sessionsOf(link);
    for (const session of sessions) this.disconnect(session, 'cut');
    link.close(CLOSE_POLICY, reason);
    return sessions.length;
  }

  /** Connected over HTTP. */
  polling(): Iterable<Session> {
    return this.#polling;
  }

  /** Disconnects the HTTP agents that were last heard before `limitMs`. */
  sweepSilent(limitMs: number): void {
    for (const session of this.#polling) {
      if (session.lastMessageAtMs > limitMs) return;
      this.disconnect(session, 'silent');
    }
  }

  /** Drops the session without a word to the host, which asked for it. */
  forget(session: Session): Link | undefined {
    const { link } = session;
    session.isConnected = false;
    session.link = undefined;
    this.#polling.delete(session);
    this.#sessions.delete(session.instanceUid);
    if (session.assignedUid !== undefined) this.#assigned.delete(session.assignedUid);
    return link;
  }

  /** Moves a polling agent to the end of the queue that `sweepSilent` looks at. */
  #heard(session: Session, peer: Peer): void {
    session.remoteAddress = peer.remoteAddress;
    this.#polling.delete(session);
    this.#polling.add(session);
    if (session.grant === peer.grant) return;
    session.grant = peer.grant;
    this.#host.connected(session);
  }
}

/** The agents that speak through this link now. */
export function sessionsOf(link: Link): Session[] {
  const all = link.sessions ?? (link.session === undefined ? [] : [link.session]);
  return [...all].filter((session) => session.link === link);
}

/** The peer as a link, where the server can speak to it first. */
export function linkOf(peer: Peer | Link): Link | undefined {
  return isLink(peer) ? peer : undefined;
}

function isLink(peer: Peer | Link): peer is Link {
  return peer.transport === 'websocket';
}
