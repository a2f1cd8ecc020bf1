import { OpampError } from '../errors.ts';
import {
  CommandType,
  type ConnectionSettingsOffers,
  type PackagesAvailable,
  type ServerErrorResponse,
  ServerErrorResponseType,
  type ServerToAgent,
} from '../gen/opamp/v1/opamp_pb.ts';
import { AGENT_CAPABILITIES } from '../wire/capabilities.ts';
import { decodeServerToAgent } from '../wire/codec.ts';
import { configMapFromMessage } from '../wire/config-map.ts';
import { SERVER_GATES } from '../wire/gates.ts';
import { type InstanceUid, instanceUidFromBytes } from '../wire/instance-uid.ts';
import type { Callbacks } from './callbacks.ts';
import type { OfferedRemoteConfig } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { retryInfoMs } from './retry-after.ts';
import { heartbeatOf } from './settings-merge.ts';

/** What a message from the server asks of whoever carries messages. */
export type Received =
  | { readonly kind: 'processed' }
  /** Not decodable, or meant for another agent. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number | undefined };

/** Who handles the parts of a message that are not handled here. */
export interface OfferReceivers {
  connectionSettings(offer: ConnectionSettingsOffers): void;
  packagesAvailable(offer: PackagesAvailable): void;
  uidTaken(uid: InstanceUid): void;
}

const REPORT_FULL_STATE = 0x1n;
const REPORT_AVAILABLE_COMPONENTS = 0x2n;
/** A server that asks for everything in each answer gets it no more often. */
const FULL_STATE_EVERY_MS = 1_000;
/** A hash that failed and is offered again is handed over after a pause that doubles with each failure: there are servers that offer it in each answer. */
const FIRST_RETRY_PAUSE_MS = 1_000;
const MAX_RETRY_PAUSE_MS = 60_000;

/** Takes the server's messages apart and does what they ask. */
export class Receiver {
  readonly #session: ClientSession;
  readonly #callbacks: Callbacks;
  readonly #wake: () => void;
  readonly #heartbeatChanged: () => void;
  readonly #offers: OfferReceivers;
  #lastHash: Uint8Array | undefined;
  #failedAtMs: number | undefined = undefined;
  /** How often in a row the last hash failed. */
  #failures = 0;
  #retry: NodeJS.Timeout | undefined = undefined;
  #isAnswerDue = false;
  #lastFullStateMs = Number.NEGATIVE_INFINITY;
  #fullStateTimer: NodeJS.Timeout | undefined = undefined;

  constructor(
    session: ClientSession,
    callbacks: Callbacks,
    lastHash: Uint8Array | undefined,
    wake: () => void,
    heartbeatChanged: () => void,
    offers: OfferReceivers,
  ) {
    this.#session = session;
    this.#callbacks = callbacks;
    this.#lastHash = lastHash;
    this.#wake = wake;
    this.#heartbeatChanged = heartbeatChanged;
    this.#offers = offers;
  }

  /** `bytes` is one ServerToAgent without header. `accepted` is called before anything of a good one takes effect. */
  receive(bytes: Uint8Array, accepted: () => void): Received {
    const decoded = decodeServerToAgent(bytes);
    if (decoded.kind === 'bad_message') {
      this.#callbacks.error(new OpampError('bad_message', `a message from the server: ${decoded.detail}`));
      return { kind: 'ignored' };
    }
    const { message } = decoded;
    if (!this.#isForUs(message)) return { kind: 'ignored' };
    this.#callbacks.call('onMessage', message);
    if (message.errorResponse !== undefined) return this.#refused(message.errorResponse);
    if (message.capabilities !== 0n) this.#session.serverCapabilities = message.capabilities;
    accepted();
    if (message.command !== undefined) this.#command(message.command.type);
    else this.#process(message);
    return { kind: 'processed' };
  }

  /**
   * The agent's own word on a configuration: a failed one may be handed over again later. True when the server waits
   * for this word, even where it is the same as before.
   */
  noteStatus(hash: Uint8Array, hasFailed: boolean): boolean {
    if (this.#lastHash === undefined) this.#lastHash = new Uint8Array(hash);
    const isOfLast = Buffer.compare(hash, this.#lastHash) === 0;
    if (hasFailed && isOfLast && this.#failedAtMs === undefined) this.#failures++;
    this.#failedAtMs = hasFailed ? performance.now() : undefined;
    const isAnswer = this.#isAnswerDue && isOfLast;
    if (isAnswer) this.#isAnswerDue = false;
    return isAnswer;
  }

  stop(): void {
    clearTimeout(this.#fullStateTimer);
    clearTimeout(this.#retry);
  }

  /** A message for another agent (or for nobody that we know) is not ours to apply. Some servers leave the uid out. */
  #isForUs({ instanceUid }: ServerToAgent): boolean {
    if (instanceUid.length === 0) return true;
    const uid = instanceUidFromBytes(instanceUid);
    return uid !== undefined && (uid === this.#session.instanceUid || uid === this.#session.previousUid);
  }

  #refused(response: ServerErrorResponse): Received {
    const { type, errorMessage, Details } = response;
    if (type === ServerErrorResponseType.ServerErrorResponseType_Unavailable) {
      const retryAfterMs =
        Details.case === 'retryInfo' ? retryInfoMs(Details.value.retryAfterNanoseconds) : undefined;
      this.#callbacks.error(new OpampError('throttled', `the server is unavailable: ${errorMessage}`));
      return { kind: 'unavailable', retryAfterMs };
    }
    this.#callbacks.error(new OpampError('server_error', `the server refused a message: ${errorMessage}`));
    return { kind: 'refused' };
  }

  /** A command excludes every other field of its message (specification: ServerToAgent.command). */
  #command(type: CommandType): void {
    if (type !== CommandType.CommandType_Restart) return;
    if (this.#session.can(SERVER_GATES.restart.agent)) this.#callbacks.call('onRestartCommand');
    else this.#session.ignore('command');
  }

  #process(message: ServerToAgent): void {
    this.#takeUid(message);
    this.#takeHeartbeat(message);
    this.#takeRemoteConfig(message);
    this.#takePackages(message);
    this.#takeCustom(message);
    if (message.connectionSettings !== undefined) this.#offers.connectionSettings(message.connectionSettings);
    if ((message.flags & REPORT_AVAILABLE_COMPONENTS) !== 0n && this.#session.components !== undefined) {
      this.#session.wantsComponents = true;
      this.#session.next.mark('availableComponents');
      this.#wake();
    }
    if ((message.flags & REPORT_FULL_STATE) !== 0n) this.#reportFullState();
  }

  #takeUid({ agentIdentification }: ServerToAgent): void {
    if (agentIdentification === undefined) return;
    const uid = instanceUidFromBytes(agentIdentification.newInstanceUid);
    if (uid === undefined) {
      const detail = `the new instance uid has ${agentIdentification.newInstanceUid.length} bytes, not 16`;
      this.#callbacks.error(new OpampError('bad_new_instance_uid', detail));
      return;
    }
    const session = this.#session;
    session.requestsUid = false;
    if (uid === session.instanceUid) return;
    session.previousUid = session.instanceUid;
    session.instanceUid = uid;
    this.#offers.uidTaken(uid);
    this.#callbacks.call('onNewInstanceUid', uid);
    // The server knows that the uid was taken only when it sees it.
    session.next.mark('description');
    this.#wake();
  }

  /** An agent that takes OpAMP settings takes the interval with them; another one takes the interval alone. */
  #takeHeartbeat({ connectionSettings }: ServerToAgent): void {
    const offered = connectionSettings?.opamp;
    const session = this.#session;
    if (offered === undefined || !session.can(AGENT_CAPABILITIES.ReportsHeartbeat)) return;
    if (session.can(SERVER_GATES.opamp.agent)) return;
    const ms = heartbeatOf(offered.heartbeatIntervalSeconds, session.isPolling);
    if (ms === undefined || ms === session.heartbeatMs) return;
    session.heartbeatMs = ms;
    this.#heartbeatChanged();
  }

  #takeRemoteConfig({ remoteConfig }: ServerToAgent): void {
    if (remoteConfig === undefined) return;
    if (!this.#session.can(SERVER_GATES.remoteConfig.agent)) {
      this.#session.ignore('remoteConfig');
      return;
    }
    const hash = new Uint8Array(remoteConfig.configHash);
    const isSame = this.#lastHash !== undefined && Buffer.compare(hash, this.#lastHash) === 0;
    if (isSame && this.#failedAtMs === undefined) return;
    clearTimeout(this.#retry);
    const files = remoteConfig.config === undefined ? undefined : configMapFromMessage(remoteConfig.config);
    const config: OfferedRemoteConfig = { hash, files };
    const waitMs = isSame ? this.#retryPauseMs() - (performance.now() - (this.#failedAtMs ?? 0)) : 0;
    if (!isSame) this.#failures = 0;
    if (waitMs <= 0) this.#handOver(config, isSame);
    else {
      this.#retry = setTimeout(() => this.#handOver(config, true), waitMs);
      this.#retry.unref();
    }
  }

  #takePackages({ packagesAvailable }: ServerToAgent): void {
    if (packagesAvailable === undefined) return;
    if (this.#session.can(SERVER_GATES.packagesAvailable.agent))
      this.#offers.packagesAvailable(packagesAvailable);
    else this.#session.ignore('packagesAvailable');
  }

  /** What the server understands holds until it says otherwise; having said nothing with its first answer it understands nothing. */
  #takeCustom({ customCapabilities, customMessage }: ServerToAgent): void {
    const { customMessages } = this.#session;
    if (customCapabilities !== undefined)
      customMessages.understood = new Set(customCapabilities.capabilities);
    else customMessages.understood ??= new Set();
    if (customMessages.takeDrained()) this.#callbacks.call('onCustomMessagesDrained');
    if (customMessage === undefined) return;
    const { capability, type, data } = customMessage;
    if (this.#session.customCapabilities.has(capability))
      this.#callbacks.call('onCustomMessage', { capability, type, data: new Uint8Array(data) });
    else this.#session.ignore('customMessage');
  }

  #handOver(config: OfferedRemoteConfig, isAgain: boolean): void {
    this.#lastHash = config.hash;
    this.#failedAtMs = undefined;
    this.#isAnswerDue = isAgain;
    this.#callbacks.call('onRemoteConfig', config);
  }

  #retryPauseMs(): number {
    return Math.min(FIRST_RETRY_PAUSE_MS * 2 ** this.#failures, MAX_RETRY_PAUSE_MS);
  }

  #reportFullState(): void {
    const sinceMs = performance.now() - this.#lastFullStateMs;
    if (sinceMs >= FULL_STATE_EVERY_MS) {
      this.#markFullState();
      return;
    }
    this.#fullStateTimer ??= setTimeout(() => this.#markFullState(), FULL_STATE_EVERY_MS - sinceMs);
    this.#fullStateTimer.unref();
  }

  #markFullState(): void {
    this.#fullStateTimer = undefined;
    this.#lastFullStateMs = performance.now();
    this.#session.next.markAll();
    this.#wake();
  }
}
