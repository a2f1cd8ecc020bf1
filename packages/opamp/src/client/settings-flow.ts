import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { OpampError } from '../errors.ts';
import { type ConnectionSettingsOffers, ConnectionSettingsOffersSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { SERVER_GATES } from '../wire/gates.ts';
import type { Callbacks } from './callbacks.ts';
import type { OfferedConnectionSettings } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import type { AcceptedSettings } from './client-state.ts';
import type { RememberedState } from './remembered-state.ts';
import { type MergeContext, mergeSettings } from './settings-merge.ts';
import { encodeSettingsStatus } from './synced-state.ts';

/** What the flow asks of the client that it is part of. */
export interface SettingsHost {
  /** Of the connection in use, for the parts that an offer leaves out. */
  mergeContext(): MergeContext;
  /** Connects with these settings; rejects, with the ones before them in use again, where the server does not answer. */
  tryConnection(settings: AcceptedSettings): Promise<void>;
  /** Only the interval differs. */
  useHeartbeat(intervalMs: number): void;
  /** The settings that were tried are stored and hold. */
  inUse(): void;
  /** The status of the settings is to be reported. */
  announce(encoding: Uint8Array): void;
}

type Status = 'applying' | 'applied' | 'failed';

/** Applies offered connection settings one after the other, the newest only (specification: Connection Settings). */
export class SettingsFlow {
  readonly #session: ClientSession;
  readonly #callbacks: Callbacks;
  readonly #state: RememberedState;
  readonly #host: SettingsHost;
  #lastHash: Buffer | undefined;
  #waiting: ConnectionSettingsOffers | undefined = undefined;
  #isApplying = false;
  #isStopped = false;

  constructor(session: ClientSession, callbacks: Callbacks, state: RememberedState, host: SettingsHost) {
    this.#session = session;
    this.#callbacks = callbacks;
    this.#state = state;
    this.#host = host;
    const { settingsStatus } = state;
    if (settingsStatus === undefined) return;
    // Cut short by the end of the process, and nothing to resume: whoever still wants the settings offers them again.
    if (settingsStatus.status === 'applying' && state.candidate === undefined) return;
    const hash = Buffer.from(settingsStatus.hash, 'hex');
    this.#lastHash = hash;
    session.state.set(
      'connectionSettingsStatus',
      encodeSettingsStatus(hash, settingsStatus.status, settingsStatus.errorMessage),
    );
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Takes what the agent announces of an offer; the same offer again changes nothing, also where it failed. */
  receive(offer: ConnectionSettingsOffers): void {
    const taken = this.#allowed(offer);
    if (taken === undefined) return;
    const hash = hashOf(offer);
    if (this.#lastHash?.equals(hash) === true) return;
    this.#lastHash = hash;
    this.#waiting = taken;
    if (!this.#isApplying) void this.#applyAll();
  }

  /** The accepted settings have not led to a server for long: those of the options are tried, and hold from then on where they lead to one. */
  async fallBack(own: AcceptedSettings, lastError: Error): Promise<boolean> {
    if (this.#isApplying || this.#isStopped) return false;
    this.#isApplying = true;
    const isGivenUp = await this.#giveUp(own, lastError);
    this.#isApplying = false;
    await this.#applyAll();
    return isGivenUp;
  }

  async #giveUp(own: AcceptedSettings, lastError: Error): Promise<boolean> {
    try {
      await this.#host.tryConnection(own);
    } catch {
      // The accepted ones are in use again, and their turn begins anew.
      return false;
    }
    const hash = this.#lastHash ?? Buffer.alloc(0);
    // Whoever still wants them may offer them once more.
    this.#lastHash = undefined;
    this.#store({ settings: undefined, candidate: undefined, requestedKey: undefined });
    const reason = `the settings did not lead to the server for long and were given up: ${lastError.message}`;
    this.#report(hash, 'failed', reason);
    return true;
  }

  /** Settings whose trial was cut short by the end of the process. */
  async resume(candidate: AcceptedSettings): Promise<void> {
    this.#isApplying = true;
    await this.#settle(this.#lastHash ?? Buffer.alloc(0), () => this.#use(candidate));
    this.#isApplying = false;
    await this.#applyAll();
  }

  async #applyAll(): Promise<void> {
    this.#isApplying = true;
    while (this.#waiting !== undefined && !this.#isStopped) {
      const offer = this.#waiting;
      this.#waiting = undefined;
      await this.#settle(hashOf(offer), () => this.#apply(offer));
    }
    this.#isApplying = false;
  }

  async #settle(hash: Buffer, apply: () => Promise<void>): Promise<void> {
    this.#report(hash, 'applying');
    try {
      await apply();
      if (!this.#isStopped) this.#report(hash, 'applied');
    } catch (error) {
      if (this.#isStopped) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#report(hash, 'failed', message);
      this.#callbacks.error(new OpampError('settings_failed', message, { cause: error }));
    }
  }

  async #apply(offer: ConnectionSettingsOffers): Promise<void> {
    const { hash, opamp, ownMetrics, ownTraces, ownLogs, otherConnections } = offer;
    const other = new Map(Object.entries(otherConnections));
    if (ownMetrics ?? ownTraces ?? ownLogs ?? (other.size > 0 || undefined)) {
      const settings: OfferedConnectionSettings = {
        hash: new Uint8Array(hash),
        ...(ownMetrics === undefined ? {} : { ownMetrics }),
        ...(ownTraces === undefined ? {} : { ownTraces }),
        ...(ownLogs === undefined ? {} : { ownLogs }),
        other,
      };
      await this.#callbacks.settle(settings);
    }
    if (opamp === undefined || this.#isStopped) return;
    const merged = mergeSettings(this.#state.settings, opamp, this.#host.mergeContext());
    if (opamp.certificate !== undefined && !this.#state.isDurable)
      throw new Error('certificates are refused: this client has no durable storage');
    await this.#use(merged);
  }

  async #use(next: AcceptedSettings): Promise<void> {
    const before = this.#state.settings;
    if (
      JSON.stringify({ ...next, heartbeatIntervalMs: 0 }) ===
      JSON.stringify({ ...before, heartbeatIntervalMs: 0 })
    ) {
      if (next.heartbeatIntervalMs !== undefined) this.#host.useHeartbeat(next.heartbeatIntervalMs);
      this.#state.update({ settings: next, candidate: undefined });
      return;
    }
    // First on disk: after a crash in the middle the trial is made again.
    this.#state.update({ candidate: next });
    try {
      await this.#host.tryConnection(next);
    } catch (error) {
      if (!this.#isStopped) this.#state.update({ candidate: undefined });
      throw error;
    }
    // A request whose answer is on its way needs its key: other settings may come first.
    const { requestedKey } = this.#state;
    const isAnswered = requestedKey === undefined || next.certificate?.key === requestedKey;
    this.#state.update({
      settings: next,
      candidate: undefined,
      ...(isAnswered ? { requestedKey: undefined } : {}),
    });
    this.#host.inUse();
  }

  #report(hash: Buffer, status: Status, errorMessage = ''): void {
    this.#store({ settingsStatus: { hash: hash.toString('hex'), status, errorMessage } });
    this.#host.announce(encodeSettingsStatus(hash, status, errorMessage));
  }

  #store(changes: Parameters<RememberedState['update']>[0]): void {
    try {
      this.#state.update(changes);
    } catch (error) {
      this.#callbacks.error(
        new OpampError('state_failed', 'the fate of settings was not stored', { cause: error }),
      );
    }
  }

  /** What is not announced is ignored and counted; undefined where nothing is left. */
  #allowed(offer: ConnectionSettingsOffers): ConnectionSettingsOffers | undefined {
    const taken = { ...offer };
    let isLeft = false;
    for (const name of ['opamp', 'ownMetrics', 'ownTraces', 'ownLogs'] as const) {
      if (taken[name] === undefined) continue;
      if (this.#session.can(SERVER_GATES[name].agent)) isLeft = true;
      else {
        delete taken[name];
        this.#session.ignore(name);
      }
    }
    if (Object.keys(taken.otherConnections).length > 0) {
      if (this.#session.can(SERVER_GATES.otherConnections.agent)) isLeft = true;
      else {
        taken.otherConnections = {};
        this.#session.ignore('otherConnections');
      }
    }
    return isLeft ? taken : undefined;
  }
}

/** An offer without a hash is told from others by its content. */
function hashOf(offer: ConnectionSettingsOffers): Buffer {
  if (offer.hash.length > 0) return Buffer.from(offer.hash);
  return createHash('sha256').update(toBinary(ConnectionSettingsOffersSchema, offer)).digest();
}
