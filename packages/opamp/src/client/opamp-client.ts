import { create, toBinary } from '@bufbuild/protobuf';
import { OpampError } from '../errors.ts';
import {
  type AvailableComponents,
  type ComponentHealth,
  ConnectionSettingsRequestSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { AGENT_GATES } from '../wire/gates.ts';
import { type InstanceUid, newInstanceUid, parseInstanceUid } from '../wire/instance-uid.ts';
import { Backoff } from './backoff.ts';
import { Callbacks } from './callbacks.ts';
import type {
  AgentDescriptionInit,
  CustomMessageInit,
  CustomMessageOutcome,
  OpampClient,
  OpampClientOptions,
  RemoteConfigStatusInit,
} from './client-options.ts';
import { ClientSession } from './client-session.ts';
import type { AcceptedSettings } from './client-state.ts';
import type { ClientTransport, LinkListener } from './client-transport.ts';
import { type ConnectionTarget, isPollingUrl, targetOf } from './connection-target.ts';
import { HttpTransport } from './http-transport.ts';
import { LinkSwitch } from './link-switch.ts';
import { PackageSync } from './package-sync.ts';
import { Receiver } from './receive.ts';
import { RememberedState } from './remembered-state.ts';
import { SettingsFallback } from './settings-fallback.ts';
import { SettingsFlow } from './settings-flow.ts';
import { SettingsTrial } from './settings-trial.ts';
import {
  encodeComponents,
  encodeComponentsHash,
  encodeCustomCapabilities,
  encodeDescription,
  encodeHealth,
  encodeRemoteConfigStatus,
  PART_GATES,
  type SyncedPart,
} from './synced-state.ts';
import { WebSocketTransport } from './websocket-transport.ts';

const DEFAULT_BACKOFF = { initialMs: 1_000, maxMs: 30_000 };
const DEFAULT_MAX_PACKAGE_BYTES = 1024 * 1024 * 1024;
const DEFAULT_PACKAGE_PROGRESS_MS = 10_000;

/**
 * A client for the transport that the URL's scheme names. Throws a TypeError for a URL that is no URL or has another scheme, and what the state's
 * store throws when it cannot be read.
 */
export function createOpampClient(options: OpampClientOptions): OpampClient {
  return new TransportedClient(options);
}

class TransportedClient implements OpampClient {
  readonly #options: OpampClientOptions;
  readonly #callbacks: Callbacks;
  readonly #state: RememberedState;
  readonly #session: ClientSession;
  readonly #receiver: Receiver;
  readonly #settings: SettingsFlow;
  readonly #packages: PackageSync | undefined;
  readonly #link: LinkSwitch<ConnectionTarget>;
  #isStarted = false;
  #stopping: Promise<void> | undefined = undefined;

  constructor(options: OpampClientOptions) {
    refuseOtherSchemes(options.url);
    this.#options = options;
    this.#state = new RememberedState(options);
    const callbacks = new Callbacks(options);
    this.#callbacks = callbacks;
    const instanceUid =
      options.instanceUid ?? parseInstanceUid(this.#state.instanceUid ?? '') ?? newInstanceUid();
    const session = new ClientSession({ ...options, instanceUid }, (error) => callbacks.error(error));
    this.#session = session;
    const target = targetOf(options, this.#state.settings);
    session.isPolling = isPollingUrl(target.url);
    const trial = new SettingsTrial(options, session, this.#state, () => this.#link);
    this.#settings = new SettingsFlow(session, callbacks, this.#state, {
      mergeContext: () => trial.mergeContext(),
      tryConnection: (settings) => trial.tryConnection(settings),
      useHeartbeat: (intervalMs) => trial.useHeartbeat(intervalMs),
      inUse: () => callbacks.call('onOpampConnectionSettings', this.url),
      announce: (encoding) => this.#set('connectionSettingsStatus', encoding),
    });
    const fallback = new SettingsFallback({
      afterMs: options.settingsFallbackMs ?? 0,
      now: () => performance.now(),
      offered: () => trial.offered(),
      fallBack: (lastError) => void this.#fallBack(trial.ownSettings, lastError),
    });
    this.#packages = this.#makePackageSync();
    this.#receiver = this.#makeReceiver();
    this.#link = new LinkSwitch(target, callbacks, fallback, (to, listener) =>
      this.#makeTransport(to, listener),
    );
    this.#setInitialState();
  }

  get instanceUid(): InstanceUid {
    return this.#session.instanceUid;
  }

  get isConnected(): boolean {
    return this.#link.transport.isConnected;
  }

  get messagesSent(): number {
    return this.#session.messagesSent;
  }

  get serverCapabilities(): bigint {
    return this.#session.serverCapabilities;
  }

  get ignored(): Readonly<Record<string, number>> {
    return this.#session.ignored;
  }

  get url(): string {
    return this.#state.settings.url ?? this.#options.url;
  }

  start(): void {
    if (this.#stopping !== undefined) return;
    if (this.#isStarted) throw new Error('the client was started already; make another one');
    this.#isStarted = true;
    this.#remember({ instanceUid: this.instanceUid });
    this.#packages?.start();
    const { candidate } = this.#state;
    if (candidate === undefined) this.#link.transport.start();
    else void this.#settings.resume(candidate);
  }

  stop(): Promise<void> {
    this.#receiver.stop();
    this.#settings.stop();
    this.#stopping ??= this.#isStarted ? this.#stopAll() : Promise.resolve();
    return this.#stopping;
  }

  setDescription(description: AgentDescriptionInit): void {
    this.#set('description', encodeDescription(description));
  }

  setHealth(health: ComponentHealth): void {
    this.#set('health', encodeHealth(health));
  }

  setRemoteConfigStatus(status: RemoteConfigStatusInit): void {
    const isAnswer = this.#receiver.noteStatus(status.hash, status.status === 'failed');
    const isNews = this.#session.state.set('remoteConfigStatus', encodeRemoteConfigStatus(status));
    if (isNews || isAnswer) this.#announce('remoteConfigStatus');
  }

  setAvailableComponents(components: AvailableComponents): void {
    if (this.#storeComponents(components)) this.#announce('availableComponents');
  }

  setCustomCapabilities(capabilities: readonly string[]): void {
    this.#session.customCapabilities = new Set(capabilities);
    this.#set('customCapabilities', encodeCustomCapabilities(capabilities));
  }

  sendCustomMessage(message: CustomMessageInit): CustomMessageOutcome {
    const outcome = this.#session.customMessages.add(message);
    if (outcome === 'queued') this.#wake();
    return outcome;
  }

  requestCertificate(csr: string, privateKey: string): boolean {
    if (!this.#session.maySend(AGENT_GATES.connectionSettingsRequest)) return false;
    this.#remember({ requestedKey: privateKey });
    const request = { opamp: { certificateRequest: { csr: new Uint8Array(Buffer.from(csr)) } } };
    this.#session.settingsRequest = toBinary(
      ConnectionSettingsRequestSchema,
      create(ConnectionSettingsRequestSchema, request),
    );
    this.#wake();
    return true;
  }

  effectiveConfigChanged(): void {
    if (this.#session.effectiveConfig.hasChanged()) this.#announce('effectiveConfig');
  }

  #setInitialState(): void {
    const {
      description,
      health,
      availableComponents,
      customCapabilities,
      remoteConfigStatus: status,
    } = this.#options;
    const { state } = this.#session;
    if (status !== undefined) {
      state.set('remoteConfigStatus', encodeRemoteConfigStatus(status));
      this.#receiver.noteStatus(status.hash, status.status === 'failed');
    }
    state.set('description', encodeDescription(description));
    if (health !== undefined) state.set('health', encodeHealth(health));
    if (availableComponents !== undefined) this.#storeComponents(availableComponents);
    if (customCapabilities !== undefined)
      state.set('customCapabilities', encodeCustomCapabilities(customCapabilities));
  }

  async #stopAll(): Promise<void> {
    await Promise.all([this.#packages?.stop(), this.#link.stop()]);
  }

  #makePackageSync(): PackageSync | undefined {
    const { packages, maxPackageBytes, packageProgressMs } = this.#options;
    if (packages === undefined) return undefined;
    return new PackageSync({
      store: packages,
      maxPackageBytes: maxPackageBytes ?? DEFAULT_MAX_PACKAGE_BYTES,
      progressMs: packageProgressMs ?? DEFAULT_PACKAGE_PROGRESS_MS,
      tls: () => targetOf(this.#options, this.#state.settings).tls(),
      report: (encoding) => this.#set('packageStatuses', encoding),
      failed: (error) => this.#callbacks.error(error),
    });
  }

  #makeReceiver(): Receiver {
    const status = this.#options.remoteConfigStatus;
    const lastHash = status === undefined || status.hash.length === 0 ? undefined : status.hash;
    return new Receiver(
      this.#session,
      this.#callbacks,
      lastHash,
      () => this.#wake(),
      () => this.#link.transport.heartbeatChanged(),
      {
        connectionSettings: (offer) => this.#settings.receive(offer),
        packagesAvailable: (offer) => {
          if (this.#packages === undefined) this.#session.ignore('packagesAvailable');
          else this.#packages.receive(offer);
        },
        uidTaken: (instanceUid) => this.#remember({ instanceUid }),
      },
    );
  }

  #makeTransport(target: ConnectionTarget, listener: LinkListener): ClientTransport {
    const { initialMs, maxMs } = this.#options.backoff ?? DEFAULT_BACKOFF;
    const backoff = new Backoff(initialMs, maxMs, Math.random);
    const context = { target, session: this.#session, receiver: this.#receiver, listener };
    return isPollingUrl(target.url)
      ? new HttpTransport(context, backoff)
      : new WebSocketTransport(context, backoff);
  }

  async #fallBack(own: AcceptedSettings, lastError: Error): Promise<void> {
    const isGivenUp = await this.#settings.fallBack(own, lastError);
    if (isGivenUp) this.#callbacks.call('onOpampSettingsGivenUp', this.url);
  }

  #set(part: SyncedPart, encoding: Uint8Array): void {
    if (this.#session.state.set(part, encoding)) this.#announce(part);
  }

  #storeComponents(components: AvailableComponents): boolean {
    const whole = encodeComponents(components);
    if (!this.#session.state.set('availableComponents', whole)) return false;
    this.#session.components = { whole, hash: encodeComponentsHash(components) };
    return true;
  }

  #announce(part: SyncedPart): void {
    if (!this.#session.can(PART_GATES[part].agent)) return;
    this.#session.next.mark(part);
    this.#wake();
  }

  #wake(): void {
    if (this.#isStarted) this.#link.transport.wake();
  }

  #remember(changes: Parameters<RememberedState['update']>[0]): void {
    try {
      this.#state.update(changes);
    } catch (error) {
      this.#callbacks.error(
        new OpampError('state_failed', 'the state of the client was not stored', { cause: error }),
      );
    }
  }
}

function refuseOtherSchemes(url: string): void {
  const { protocol } = new URL(url);
  if (/^(ws|http)s?:$/.test(protocol)) return;
  throw new TypeError(`an OpAMP server's URL starts with ws, wss, http or https, not ${protocol} (${url})`);
}
