import { OpampError } from '../errors.ts';
import { AGENT_CAPABILITIES, agentCapabilityBits } from '../wire/capabilities.ts';
import { AGENT_GATES, type Gate, isOpen } from '../wire/gates.ts';
import { type InstanceUid, instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import { assembleAgentMessage } from './agent-message.ts';
import type { OpampClientOptions } from './client-options.ts';
import { CustomMessageQueue, type WaitingMessage } from './custom-messages.ts';
import { EffectiveConfigReport } from './effective-config-report.ts';
import { NextMessage, type SentParts } from './next-message.ts';
import { PART_GATES, type SyncedPart, SyncedState } from './synced-state.ts';

/** One message on its way, to be confirmed or given back. */
export interface Outgoing {
  readonly bytes: Uint8Array;
  readonly sequenceNum: bigint;
  readonly parts: SentParts;
  readonly settingsRequest: Uint8Array | undefined;
  readonly customMessage: WaitingMessage | undefined;
}

/** Tag and length in front of a field. */
const FIELD_OVERHEAD = 6;
const DEFAULT_HEARTBEAT_MS = 30_000;
export const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** The protocol state of an agent, whatever carries its messages. */
export class ClientSession {
  readonly state = new SyncedState();
  readonly next = new NextMessage();
  readonly capabilities: bigint;
  readonly maxMessageBytes: number;
  /** What this server takes: the limit, or less once it has refused a message for its size. */
  #outgoingBytes: number;
  readonly effectiveConfig: EffectiveConfigReport;
  instanceUid: InstanceUid;
  /** The uid before the last change: answers to messages sent under it may still come. */
  previousUid: InstanceUid | undefined = undefined;
  requestsUid: boolean;
  serverCapabilities = 0n;
  heartbeatMs: number;
  /** Messages go out as polls, which have to go on whatever interval is offered. */
  isPolling: boolean;
  readonly customMessages: CustomMessageQueue;
  /** What the agent itself understands. */
  customCapabilities: ReadonlySet<string>;
  /** Encoded ConnectionSettingsRequest that is to be sent. */
  settingsRequest: Uint8Array | undefined = undefined;
  readonly ignored: Record<string, number> = {};
  /** The whole component map is wanted, not only its hash. */
  wantsComponents = false;
  components: { readonly hash: Uint8Array; readonly whole: Uint8Array } | undefined = undefined;
  #sequenceNum = 0n;
  readonly #onError: (error: Error) => void;

  constructor(options: OpampClientOptions, onError: (error: Error) => void) {
    this.capabilities = AGENT_CAPABILITIES.ReportsStatus | agentCapabilityBits(options.capabilities);
    this.instanceUid = options.instanceUid ?? newInstanceUid();
    this.requestsUid = options.requestInstanceUid === true;
    this.heartbeatMs = options.heartbeatIntervalMs ?? DEFAULT_HEARTBEAT_MS;
    this.maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.#outgoingBytes = this.maxMessageBytes;
    this.effectiveConfig = new EffectiveConfigReport(options.effectiveConfig);
    this.customMessages = new CustomMessageQueue(options.maxCustomMessages, this.maxMessageBytes);
    this.customCapabilities = new Set(options.customCapabilities);
    this.isPolling = new URL(options.url).protocol.startsWith('http');
    this.#onError = onError;
    this.next.markAll();
  }

  get messagesSent(): number {
    return Number(this.#sequenceNum);
  }

  can(capability: bigint): boolean {
    return (this.capabilities & capability) === capability;
  }

  /** By what both sides announced; a server that has not spoken yet is told everything (specification: Interoperability of Partial Implementations). */
  maySend(gate: Gate): boolean {
    return isOpen(
      gate,
      this.capabilities,
      this.serverCapabilities === 0n ? gate.server : this.serverCapabilities,
    );
  }

  /** Something is pending that may be sent to this server. */
  get hasNews(): boolean {
    return !this.next.isEmpty || this.customMessages.isReady || this.#mayRequestSettings;
  }

  /** The next message, with everything that is pending and fits; it takes the next sequence number. */
  compose(isGoodbye = false): Outgoing {
    const parts = this.#encodeParts(this.next.take());
    const settingsRequest = this.#takeSettingsRequest();
    let bytes = this.#assemble(parts, isGoodbye, settingsRequest);
    while (bytes.length > this.#outgoingBytes && parts.size > 0) {
      this.#leaveOutLargest(parts, bytes.length);
      bytes = this.#assemble(parts, isGoodbye, settingsRequest);
    }
    const room = this.#outgoingBytes - bytes.length - FIELD_OVERHEAD;
    const isEmpty = parts.size === 0 && settingsRequest === undefined;
    const customMessage = isGoodbye ? undefined : this.#takeCustomMessage(room, isEmpty);
    if (customMessage !== undefined)
      bytes = this.#assemble(parts, isGoodbye, settingsRequest, customMessage.bytes);
    this.#sequenceNum = BigInt.asUintN(64, this.#sequenceNum + 1n);
    const sequenceNum = this.#sequenceNum;
    return { bytes, sequenceNum, parts: new Set(parts.keys()), settingsRequest, customMessage };
  }

  /** The message may not have reached the server: what it said is pending again, in its newest state. */
  lost(message: Outgoing): void {
    this.next.lost(message.parts);
    this.settingsRequest ??= message.settingsRequest;
    if (message.customMessage !== undefined) this.customMessages.giveBack(message.customMessage);
    if (message.parts.has('effectiveConfig')) this.effectiveConfig.forget();
  }

  /**
   * As `lost`, of a message that the server surely has not taken in: the next one has its number. Else a server that was
   * away for a moment would find a gap, and ask every agent for everything again.
   */
  undelivered(message: Outgoing): void {
    this.lost(message);
    if (this.#sequenceNum === message.sequenceNum)
      this.#sequenceNum = BigInt.asUintN(64, this.#sequenceNum - 1n);
  }

  /** The server refused this message for its size: none as large is sent to it again, and what fits is pending once more. */
  refusedForSize(message: Outgoing): void {
    if (message.parts.size === 0) return;
    this.#outgoingBytes = Math.min(this.#outgoingBytes, message.bytes.length - 1);
    this.lost(message);
  }

  /** Another server, of which nothing is known, or the same one over another connection: everything is said anew. */
  serverChanged(isPolling: boolean): void {
    this.serverCapabilities = 0n;
    this.#outgoingBytes = this.maxMessageBytes;
    this.customMessages.understood = undefined;
    this.isPolling = isPolling;
    this.effectiveConfig.forget();
    this.next.markAll();
  }

  ignore(field: string): void {
    this.ignored[field] = (this.ignored[field] ?? 0) + 1;
  }

  get #mayRequestSettings(): boolean {
    const gate = AGENT_GATES.connectionSettingsRequest;
    return this.settingsRequest !== undefined && isOpen(gate, this.capabilities, this.serverCapabilities);
  }

  #takeSettingsRequest(): Uint8Array | undefined {
    if (!this.#mayRequestSettings) return undefined;
    const request = this.settingsRequest;
    this.settingsRequest = undefined;
    return request;
  }

  #assemble(
    parts: ReadonlyMap<SyncedPart, Uint8Array>,
    isGoodbye: boolean,
    settingsRequest: Uint8Array | undefined,
    customMessage?: Uint8Array,
  ): Uint8Array {
    return assembleAgentMessage({
      uid: instanceUidToBytes(this.instanceUid),
      sequenceNum: this.#sequenceNum + 1n,
      capabilities: this.capabilities,
      requestsUid: this.requestsUid,
      isGoodbye,
      parts,
      settingsRequest,
      customMessage,
    });
  }

  #encodeParts(pending: SentParts): Map<SyncedPart, Uint8Array> {
    const parts = new Map<SyncedPart, Uint8Array>();
    for (const part of pending) {
      if (!this.#isWanted(part)) continue;
      const encoding = this.#encode(part);
      if (encoding !== undefined) parts.set(part, encoding);
    }
    return parts;
  }

  #encode(part: SyncedPart): Uint8Array | undefined {
    switch (part) {
      case 'effectiveConfig':
        return this.#encodeEffectiveConfig();
      case 'availableComponents': {
        const { components, wantsComponents } = this;
        this.wantsComponents = false;
        return wantsComponents ? components?.whole : components?.hash;
      }
      default:
        return this.state.get(part);
    }
  }

  #encodeEffectiveConfig(): Uint8Array | undefined {
    try {
      return this.effectiveConfig.encode();
    } catch (error) {
      this.#onError(new Error('the effectiveConfig callback threw', { cause: error }));
      return undefined;
    }
  }

  #isWanted(part: SyncedPart): boolean {
    return this.maySend(PART_GATES[part]);
  }

  /** A part that fits a message of its own goes with the next one; a larger one is told of, and not reported until it changes. */
  #leaveOutLargest(parts: Map<SyncedPart, Uint8Array>, length: number): void {
    const [largest] = [...parts].sort(([, a], [, b]) => b.length - a.length);
    if (largest === undefined) return;
    const [part, encoding] = largest;
    parts.delete(part);
    const emptyBytes = this.#assemble(new Map(), false, undefined).length;
    if (parts.size > 0 && emptyBytes + FIELD_OVERHEAD + encoding.length <= this.#outgoingBytes) {
      this.next.mark(part);
      if (part === 'effectiveConfig') this.effectiveConfig.forget();
      if (part === 'availableComponents') this.wantsComponents = encoding === this.components?.whole;
    } else this.#tooLarge(`${part} is not reported`, length);
  }

  #takeCustomMessage(room: number, isEmpty: boolean): WaitingMessage | undefined {
    const taken = this.customMessages.take(room);
    if (taken !== undefined || !isEmpty) return taken;
    // Nothing else is in its way: it would be in the way of those behind it for ever.
    const dropped = this.customMessages.dropLargerThan(room);
    if (dropped !== undefined) this.#tooLarge('a custom message is not sent', dropped.bytes.length);
    return dropped === undefined ? undefined : this.customMessages.take(room);
  }

  #tooLarge(what: string, length: number): void {
    const detail = `${what}: the message would have ${length} bytes, the limit is ${this.#outgoingBytes}`;
    this.#onError(new OpampError('outgoing_too_large', detail));
  }
}
