import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentCapabilityName, AvailableComponents, ConfigFile } from '@drover/opamp';
import {
  createOpampClient,
  type OfferedRemoteConfig,
  type OpampClient,
  type OpampClientOptions,
  type RemoteConfigStatusInit,
} from '@drover/opamp/client';
import { initialConfig } from './effective-config.ts';
import type { Figures } from './figures.ts';
import { healthOf, type Trouble, troublesOf } from './health.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal.ts';
import { type Random, seededRandom } from './random.ts';
import type { SimulationSettings } from './simulation-settings.ts';

/** What all agents of a run share. */
export interface AgentSurroundings {
  readonly settings: SimulationSettings;
  readonly figures: Figures;
  readonly journal: Journal | undefined;
  /** Aborted when the run ends; pending delays end with it. */
  readonly ended: AbortSignal;
  /** Connection options that follow from the agent's number: URL, headers, TLS, source address. */
  readonly linkOf: (number: number) => Pick<OpampClientOptions, 'url' | 'headers' | 'tls' | 'localAddress'>;
  readonly componentsOf: (identity: Identity) => AvailableComponents | undefined;
}

const RESTART_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const TAKES_CREDENTIALS = ['AcceptsOpAMPConnectionSettings', 'ReportsConnectionSettingsStatus'] as const;

const APPLY_ERRORS: readonly [string, ...string[]] = [
  'error decoding \'exporters\': unknown type: "otlphtp" for id: "otlphtp" (valid values: [debug file kafka otlp otlphttp])',
  'service::pipelines::metrics: references processor "batch/large" which is not configured',
  'cannot start pipelines: listen tcp 0.0.0.0:4317: bind: address already in use',
  'agent did not become healthy within 10s; the former configuration runs again',
];

/** One agent of the fleet: a real client, and behind it somebody who applies configurations and now and then falls ill. */
export class VirtualAgent {
  readonly identity: Identity;
  readonly #around: AgentSurroundings;
  readonly #random: Random;
  #client: OpampClient | undefined;
  #isConnected = false;
  #startedAtMs = 0;
  #hasConnected = false;
  #sentBefore = 0;
  #trouble: Trouble | undefined;
  #running: ReadonlyMap<string, ConfigFile> | undefined;
  #verdict: RemoteConfigStatusInit | undefined;
  /** Only the newest offer is applied. */
  #offer: OfferedRemoteConfig | undefined;

  constructor(identity: Identity, around: AgentSurroundings) {
    this.identity = identity;
    this.#around = around;
    this.#random = seededRandom(around.settings.seed, 'life', identity.number);
  }

  /** Begins to connect. What an earlier life applied is kept, as an agent's disk would keep it. */
  start(): void {
    if (this.#client !== undefined) return;
    this.#startedAtMs = Date.now();
    this.#client = createOpampClient(this.#clientOptions());
    this.#client.start();
  }

  /** Says goodbye and closes the link. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.stop();
    this.#sentBefore += client?.messagesSent ?? 0;
    this.#setConnected(false);
  }

  /** Over all of its lives. */
  get messagesSent(): number {
    return this.#sentBefore + (this.#client?.messagesSent ?? 0);
  }

  get isRunning(): boolean {
    return this.#client !== undefined;
  }

  /** Falls ill when well, and gets well when ill. */
  changeHealth(): void {
    if (this.#client === undefined) return;
    this.#trouble =
      this.#trouble === undefined ? this.#random.pick(troublesOf(this.identity.kind)) : undefined;
    this.#around.figures.healthChanges++;
    this.#client.setHealth(this.#health());
  }

  #health() {
    return healthOf(this.identity.kind, this.#trouble, this.#startedAtMs, Date.now());
  }

  #capabilities(): readonly AgentCapabilityName[] {
    const { capabilities } = this.identity.kind;
    const { seed, readOnlyShare, credentialShare } = this.#around.settings;
    const isOf = (trait: string, share: number): boolean =>
      seededRandom(seed, trait, this.identity.number).next() < share;
    return [
      ...capabilities.filter((name) => name !== 'AcceptsRemoteConfig' || !isOf('read-only', readOnlyShare)),
      ...(isOf('credentials', credentialShare) ? TAKES_CREDENTIALS : []),
    ];
  }

  #clientOptions(): OpampClientOptions {
    const { figures, settings, linkOf, componentsOf } = this.#around;
    const { identity } = this;
    const startedAtMs = Date.now();
    const components = componentsOf(identity);
    return {
      ...linkOf(identity.number),
      instanceUid: identity.uid,
      description: identity.description,
      capabilities: this.#capabilities(),
      health: this.#health(),
      ...(this.#verdict === undefined ? {} : { remoteConfigStatus: this.#verdict }),
      ...(components === undefined ? {} : { availableComponents: components }),
      effectiveConfig: () => this.#running ?? initialConfig(identity, settings.seed),
      heartbeatIntervalMs: settings.heartbeatMs,
      backoff: {
        initialMs: Math.min(FIRST_RETRY_MS, settings.reconnectMs),
        maxMs: settings.reconnectMs,
      },
      onConnect: () => {
        if (!this.#hasConnected) figures.connectLatenciesMs.push(Date.now() - startedAtMs);
        this.#setConnected(true);
      },
      onConnectFailed: (error) => figures.countError(error),
      onDisconnect: () => {
        figures.disconnects++;
        this.#setConnected(false);
      },
      onError: (error) => figures.countError(error),
      onMessage: () => {
        figures.messagesReceived++;
      },
      onRemoteConfig: (config) => void this.#apply(config),
      onRestartCommand: () => void this.#restart(),
    };
  }

  #setConnected(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    this.#around.figures.connected += isConnected ? 1 : -1;
    if (isConnected && !this.#hasConnected) {
      this.#hasConnected = true;
      this.#around.figures.everConnected++;
    }
  }

  async #apply(config: OfferedRemoteConfig): Promise<void> {
    const { figures, journal, settings } = this.#around;
    const { uid } = this.identity;
    const { hash } = config;
    const hex = Buffer.from(hash).toString('hex');
    // The same configuration has the same fate on the same agent in every run.
    const fate = seededRandom(settings.seed, 'apply', this.identity.number, hex);
    this.#offer = config;
    figures.configsOffered++;
    journal?.add({ event: 'offered', uid, hash: hex });
    this.#report({ hash, status: 'applying' });
    await this.#pause(settings.applyDelayMs * (0.5 + fate.next()));
    if (this.#offer !== config || this.#around.ended.aborted) return;
    if (fate.next() < settings.failRate) {
      figures.configsFailed++;
      const error = fate.pick(APPLY_ERRORS);
      journal?.add({ event: 'failed', uid, hash: hex, error });
      this.#report({ hash, status: 'failed', errorMessage: error });
      return;
    }
    if (config.files !== undefined) this.#running = config.files;
    figures.configsApplied++;
    journal?.add({ event: 'applied', uid, hash: hex });
    this.#report({ hash, status: 'applied' });
    this.#client?.effectiveConfigChanged();
  }

  #report(status: RemoteConfigStatusInit): void {
    this.#verdict = status;
    this.#client?.setRemoteConfigStatus(status);
  }

  async #restart(): Promise<void> {
    this.#around.figures.restarts++;
    await this.stop();
    await this.#pause(RESTART_MS);
    this.#trouble = undefined;
    if (!this.#around.ended.aborted) this.start();
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#around.ended }).catch(() => {});
  }
}
