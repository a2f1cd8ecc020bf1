import { AgentDescriptionSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage } from '../wire/codec.ts';
import type { InstanceUid } from '../wire/instance-uid.ts';
import type { Pieces } from './reply.ts';
import type { FullState } from './sequence.ts';
import type { AgentSession, Offers, PartName, StoredSession, Transport } from './server-options.ts';

/** Who speaks to the engine: a WebSocket for its life, or one HTTP exchange. */
export interface Peer {
  readonly transport: Transport;
  readonly remoteAddress: string;
  readonly credential: string | undefined;
  readonly grant: unknown;
  /** The agent of its last message; the engine sets it, so that the next message need not look it up. */
  session: Session | undefined;
  /** All agents that speak through it, where there is more than one. */
  sessions: Set<Session> | undefined;
}

/** A peer to which the server can speak first. */
export interface Link extends Peer {
  readonly transport: 'websocket';
  /** False while the peer reads too slowly; the link then asks for a push when it has caught up. */
  readonly isWritable: boolean;
  send(message: Pieces): void;
  close(code: number, reason: string): void;
}

const TAKEOVER_WINDOW_MS = 60_000;

/** One agent. Everything that a message touches is a plain field: a hundred thousand of these live in one process. */
export class Session implements AgentSession {
  instanceUid: InstanceUid;
  /** The uid as the agent writes it, own copy; 26 bytes of text for clients from before protocol 0.10. */
  wireUid: Uint8Array;
  transport: Transport;
  remoteAddress: string;
  credential: string | undefined;
  grant: unknown;
  isConnected = false;
  connectedAtMs = 0;
  lastMessageAtMs = 0;
  hasSequence = false;
  sequenceLow = 0;
  sequenceHigh = 0;
  capabilitiesLow = 0;
  capabilitiesHigh = 0;
  parts: { [name in PartName]?: Uint8Array } = {};
  link: Link | undefined = undefined;
  /** The server's capabilities were sent on this connection (specification: ServerToAgent.capabilities). */
  isGreeted = false;
  readonly steadyOutcome: { readonly kind: 'steady'; readonly session: Session } = {
    kind: 'steady',
    session: this,
  };
  fullState: FullState = 'known';
  fullStateRequests = 0;
  fullStateAskedAtMs = 0;
  /** The hash whose whole set of components the host does not know and this agent could report. */
  wantedComponents: string | undefined = undefined;
  componentRequests = 0;
  componentsAskedAtMs = 0;
  componentsTakenAtMs = 0;
  /** The host is to be asked for offers with the next message, whatever that is. */
  isOfferDue = false;
  /** The server's custom capabilities were sent since the agent connected. */
  isToldCustom = false;
  /** Encoded custom messages that wait to be sent; undefined where none does. */
  customMessages: Uint8Array[] | undefined = undefined;
  /** What was offered last on this connection. */
  lastOffers: Offers | undefined = undefined;
  lastOfferAtMs = 0;
  offerRepeats = 0;
  /** The uid that was given to it and that it does not use yet. */
  assignedUid: InstanceUid | undefined = undefined;
  takeovers = 0;
  takeoversSinceMs = 0;

  constructor(instanceUid: InstanceUid, wireUid: Uint8Array, peer: Peer) {
    this.instanceUid = instanceUid;
    this.wireUid = wireUid;
    this.transport = peer.transport;
    this.remoteAddress = peer.remoteAddress;
    this.credential = peer.credential;
    this.grant = peer.grant;
  }

  get sequenceNum(): bigint {
    return (BigInt(this.sequenceHigh) << 32n) | BigInt(this.sequenceLow);
  }

  get capabilities(): bigint {
    return (BigInt(this.capabilitiesHigh) << 32n) | BigInt(this.capabilitiesLow);
  }

  restore(stored: StoredSession): void {
    this.hasSequence = true;
    this.sequenceLow = Number(BigInt.asUintN(32, stored.sequenceNum));
    this.sequenceHigh = Number(BigInt.asUintN(32, stored.sequenceNum >> 32n));
    this.capabilitiesLow = Number(BigInt.asUintN(32, stored.capabilities));
    this.capabilitiesHigh = Number(BigInt.asUintN(32, stored.capabilities >> 32n));
    this.parts = { ...stored.parts };
    if (stored.credential !== undefined) this.credential = stored.credential;
  }

  /** Replaced live links within the last minute. */
  recentTakeovers(nowMs: number): number {
    return nowMs - this.takeoversSinceMs < TAKEOVER_WINDOW_MS ? this.takeovers : 0;
  }

  countTakeover(nowMs: number): void {
    if (nowMs - this.takeoversSinceMs >= TAKEOVER_WINDOW_MS) {
      this.takeovers = 0;
      this.takeoversSinceMs = nowMs;
    }
    this.takeovers++;
  }
}

/** The attribute service.instance.id of an encoded AgentDescription. */
export function serviceInstanceId(description: Uint8Array | undefined): string | undefined {
  if (description === undefined) return undefined;
  const decoded = decodeMessage(AgentDescriptionSchema, description);
  if (decoded.kind !== 'message') return undefined;
  for (const { key, value } of decoded.message.identifyingAttributes) {
    if (key === 'service.instance.id' && value?.value.case === 'stringValue') return value.value.value;
  }
  return undefined;
}
