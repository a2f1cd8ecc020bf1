import { setTimeout as delay } from 'node:timers/promises';
import type { CustomMessageInit, OfferedConnectionSettings } from '@drover/opamp/client';
import { CustomRelay } from '../link/custom-relay.ts';
import { type AgentReport, fleetLink } from '../link/fleet-link.ts';
import { ServerLinkMonitor, type ServerLinkState } from '../link/server-link-monitor.ts';
import type { ServerWay } from '../link/server-way.ts';
import { VALIDATE_CAPABILITY } from '../link/validation-messages.ts';
import { connectionStore } from '../storage/connection-store.ts';
import { prepareOwnTelemetry } from './apply-own-telemetry.ts';
import type { Supervision } from './supervision.ts';
import { canValidate, validateTrial } from './validate-trial.ts';
import { ValidationDesk } from './validation-desk.ts';

export interface ServerSideOptions {
  readonly supervision: Supervision;
  readonly way: ServerWay;
  readonly env: NodeJS.ProcessEnv;
  /** What the server is to know now. */
  readonly report: () => AgentReport;
}

/** What was heard of the server since the link was opened: nothing yet, that it cannot be reached, or an answer. */
export type FirstWord = 'none' | 'failed' | 'answered';

/** All that goes between one agent and the fleet server: what comes from there is put into the agent's queue. */
export class ServerSide {
  readonly #options: ServerSideOptions;
  readonly #monitor: ServerLinkMonitor;
  readonly #custom: CustomRelay;
  readonly #validations: ValidationDesk;
  readonly #heard: (() => void)[] = [];
  #word: FirstWord = 'none';
  /** Ends when the offered destinations of own telemetry are known to be good or bad. */
  #preparing: Promise<void> | undefined;
  #missedTimer: NodeJS.Timeout | undefined;

  constructor(options: ServerSideOptions) {
    this.#options = options;
    const { supervision, way } = options;
    const { metrics, logger, adapter } = supervision;
    this.#monitor = new ServerLinkMonitor(way.settings.url, metrics);
    this.#custom = new CustomRelay({
      agent: adapter.custom,
      server: (message) => supervision.link?.sendCustomMessage(message) ?? 'queue_full',
      onDropped: (direction, reason) => {
        metrics.customMessageDropped(direction, reason);
        logger.debug({ direction, reason }, 'a custom message was dropped');
      },
    });
    this.#validations = new ValidationDesk({
      validate: (files) => validateTrial(supervision, files),
      send: (message) => this.#custom.fromAgent(message),
    });
  }

  /** How the link stands. */
  get state(): ServerLinkState {
    return this.#monitor.state;
  }

  /** Opens the link, which is the supervision's from then on. */
  open(): void {
    const { supervision, way, env, report } = this.#options;
    const { state, queue, settings, metrics, logger } = supervision;
    const { received } = state;
    supervision.link = fleetLink({
      way,
      connectionStore: connectionStore(settings.storageFolder, way.settings.fingerprint, supervision.secrets),
      capabilities: settings.capabilities,
      instanceUid: state.instanceUid,
      remoteConfigStatus: received && {
        hash: new Uint8Array(Buffer.from(received.config.hash, 'hex')),
        status: received.verdict,
        errorMessage: received.errorMessage,
      },
      report,
      mask: supervision.secrets.mask,
      monitor: {
        connected: (url) => this.#connected(url),
        failed: (message) => this.#failed(message),
        disconnected: () => this.#disconnected(),
      },
      onOffer: (offer) => {
        metrics.offered('remote_config');
        if (supervision.acceptsRemoteConfig) queue.push({ kind: 'offer', offer });
      },
      onRestartCommand: () => {
        metrics.offered('command');
        queue.push({ kind: 'restart_command' });
      },
      onOwnTelemetry: (offered) => {
        metrics.offered('own_telemetry');
        return this.#takeOwnTelemetry(offered, env);
      },
      onConnectionSettings: () => metrics.offered('connection_settings'),
      onCustomMessage: (message) => {
        if (message.capability === VALIDATE_CAPABILITY && canValidate(supervision))
          this.#validations.take(message);
        else this.#custom.fromServer(message);
      },
      onCustomCapabilities: (capabilities) => this.#custom.serverUnderstands(capabilities),
      onNewInstanceUid: (instanceUid) => queue.push({ kind: 'new_instance_uid', instanceUid }),
      logger,
    });
    this.#armMissed();
    supervision.link.start();
  }

  /** Nothing is taken from the server any more; resolves when nothing that it asked for is under way. */
  async close(): Promise<void> {
    clearTimeout(this.#missedTimer);
    await this.#validations.close();
  }

  /**
   * Waits until the server has answered for the first time, an attempt has failed, or `limitMs` is over. What it offered with its answer is in the queue
   * then.
   */
  async firstWord(limitMs: number, signal: AbortSignal): Promise<FirstWord> {
    const limit = delay(limitMs, undefined, { signal }).catch(() => {});
    if (this.#word === 'none')
      await Promise.race([limit, new Promise<void>((heard) => this.#heard.push(heard))]);
    if (this.#word === 'answered' && this.#preparing !== undefined)
      await Promise.race([limit, this.#preparing]);
    return this.#word;
  }

  #hear(word: FirstWord): void {
    if (this.#word !== 'answered') this.#word = word;
    for (const heard of this.#heard.splice(0)) heard();
  }

  #connected(url: string): void {
    this.#monitor.connected(url);
    clearTimeout(this.#missedTimer);
    this.#missedTimer = undefined;
    this.#hear('answered');
    this.#options.supervision.queue.push({ kind: 'server_reached' });
  }

  #failed(message: string): void {
    this.#monitor.failed(message);
    this.#hear('failed');
  }

  #disconnected(): void {
    this.#monitor.disconnected();
    this.#armMissed();
  }

  /** The time without a server runs from now on. */
  #armMissed(): void {
    const { queue, settings } = this.#options.supervision;
    if (settings.runtimeFallbackAfterMs === 0 || settings.fallbackConfigs.length === 0) return;
    this.#missedTimer ??= setTimeout(
      () => queue.push({ kind: 'server_missed' }),
      settings.runtimeFallbackAfterMs,
    );
  }

  async #takeOwnTelemetry(offered: OfferedConnectionSettings, env: NodeJS.ProcessEnv): Promise<void> {
    const { supervision } = this.#options;
    const { promise, resolve: prepared } = Promise.withResolvers<void>();
    this.#preparing = promise;
    try {
      const ownTelemetry = await prepareOwnTelemetry(supervision, offered, env);
      if (ownTelemetry === undefined) return;
      const applied = new Promise<void>((resolve, reject) => {
        supervision.queue.push({ kind: 'own_telemetry', ownTelemetry, resolve, reject });
      });
      prepared();
      await applied;
    } finally {
      prepared();
      this.#preparing = undefined;
    }
  }

  customFromAgent(message: CustomMessageInit): void {
    this.#custom.fromAgent(message);
  }

  /** The agent has said which custom messages it understands. */
  agentUnderstands(): void {
    // The server must know before the first message comes.
    this.#options.supervision.link?.flush();
    this.#custom.agentUnderstands();
  }
}
