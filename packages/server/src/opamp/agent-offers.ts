import { encodeRemoteConfig, type InstanceUid } from '@drover/opamp';
import type { AgentSession, Offers } from '@drover/opamp/server';
import type { AgentRecord, ConfigReport } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { Clock } from '../lib/clock.ts';
import { can } from './agent-capability.ts';
import { OfferMemory } from './offer-memory.ts';
import { reconcile } from './reconcile.ts';
import { RetrySteps } from './retry-steps.ts';
import type { SettingsOffers } from './settings-offers.ts';

/** The stack that an agent is to run; one object for all agents that are to run the same. */
export interface DesiredConfig {
  /** Lower-case hex. */
  readonly hash: string;
  /** Undefined where it cannot be made any more. */
  files():
    | ReadonlyMap<string, { readonly body: string; readonly contentType: string; readonly role: string }>
    | undefined;
}

/** What the adapter asks of the rollouts. */
export interface DesiredSource {
  desiredConfig(uid: InstanceUid): DesiredConfig | undefined;
  /** An operator wants the hash tried again that the agent says FAILED of. */
  isRetry(uid: InstanceUid): boolean;
  /** It is to try again what runs nowhere on it: a restart command comes first, which costs the agent a gap. */
  isToTryAgain(uid: InstanceUid): boolean;
  /** Values that its configuration brought to the agent: they are taken out of what it reports. */
  secretTexts(uid: InstanceUid): readonly string[];
  /** An offer of this hash left for the agent. */
  configOffered(uid: InstanceUid, hash: string): void;
}

export interface AgentOffersOptions {
  readonly agents: AgentService;
  readonly desired: DesiredSource;
  readonly settings: SettingsOffers;
  readonly clock: Clock;
  /** An offer of this kind left for an agent. */
  readonly offered: (kind: 'remote_config' | 'connection_settings' | 'restart') => void;
}

function assignedAtMs(record: AgentRecord | undefined): number {
  return record?.desired?.assignedAtMs ?? 0;
}

/** What each agent is offered next: desired against reported state, and what operators want once. */
export class AgentOffers {
  readonly #options: AgentOffersOptions;
  readonly #memory: OfferMemory;
  readonly #restarts = new Set<InstanceUid>();
  readonly #reasserted = new Set<InstanceUid>();
  readonly #retries = new RetrySteps();
  readonly #encoded = new WeakMap<DesiredConfig, Uint8Array>();

  constructor(options: AgentOffersOptions) {
    this.#options = options;
    this.#memory = new OfferMemory(options.clock);
  }

  linked(session: AgentSession): void {
    this.#memory.linked(session);
  }

  unlinked({ instanceUid }: AgentSession): void {
    this.#restarts.delete(instanceUid);
    this.#reasserted.delete(instanceUid);
    this.#retries.unlinked(instanceUid);
  }

  forget(uid: InstanceUid): void {
    this.#memory.forget(uid);
    this.#retries.forget(uid);
  }

  /** The agent reported a status of its remote configuration. */
  answered(session: AgentSession, config: ConfigReport): void {
    const record = this.#options.agents.record(session.instanceUid);
    this.#memory.answered(session, config, assignedAtMs(record));
    this.#retries.answered(session.instanceUid);
  }

  wantRestart({ instanceUid }: AgentSession): void {
    this.#restarts.add(instanceUid);
  }

  /** What it is to run although it says that it does, and a restart where it can. */
  wantAgain(session: AgentSession): void {
    this.#reasserted.add(session.instanceUid);
    if (can(session, 'AcceptsRestartCommand')) this.wantRestart(session);
  }

  /** What the agent is to be offered now; undefined for nothing. */
  next(session: AgentSession): Offers | undefined {
    const uid = session.instanceUid;
    const isRestartWanted = this.#restarts.has(uid);
    const isReasserted = this.#reasserted.has(uid);
    const desired = this.#options.desired.desiredConfig(uid);
    const { settings } = this.#options;
    if (desired === undefined && !isRestartWanted && !settings.has(session)) return undefined;
    const record = this.#options.agents.record(uid);
    if (record?.enrolment.state !== 'approved') return undefined;
    const isRetry = this.#retries.isWanted(uid, this.#options.desired.isRetry(uid));
    const decision = reconcile(
      { configHash: desired?.hash, isRetry },
      {
        acceptsRemoteConfig: can(session, 'AcceptsRemoteConfig'),
        reportsRemoteConfig: can(session, 'ReportsRemoteConfig'),
        configHash: record?.config.hash ?? '',
        ...this.#memory.of(session, assignedAtMs(record)),
      },
    );
    const isDue = decision.kind === 'remote_config' || (isReasserted && can(session, 'AcceptsRemoteConfig'));
    const remoteConfig = isDue && desired ? this.#encode(desired) : undefined;
    const needsRestart =
      isRetry && this.#options.desired.isToTryAgain(uid) && this.#retries.needsRestart(uid);
    const isTriedAnew = needsRestart && remoteConfig !== undefined && can(session, 'AcceptsRestartCommand');
    const restart = isRestartWanted || isTriedAnew;
    return {
      ...(restart ? { restart } : {}),
      ...(remoteConfig === undefined ? {} : { remoteConfig }),
      ...settings.offer(session, record),
    };
  }

  /** Encoded once for all agents that are to run it. */
  #encode(desired: DesiredConfig): Uint8Array | undefined {
    const known = this.#encoded.get(desired);
    if (known !== undefined) return known;
    const made = desired.files();
    if (made === undefined) return undefined;
    const files = new Map(
      [...made].map(([name, { body, ...rest }]) => [name, { body: Buffer.from(body), ...rest }]),
    );
    const encoded = encodeRemoteConfig(files, Buffer.from(desired.hash, 'hex'));
    this.#encoded.set(desired, encoded);
    return encoded;
  }

  /** These offers left for the agent. */
  left(session: AgentSession, offers: Offers): void {
    const uid = session.instanceUid;
    const { agents, desired, settings, offered } = this.#options;
    if (offers.restart === true) {
      this.#restarts.delete(uid);
      if (desired.isRetry(uid)) this.#retries.restarted(uid);
      offered('restart');
      agents.recordEvent(uid, 'command_sent', 'asked to restart', { type: 'restart' });
    }
    if (offers.connectionSettings !== undefined) {
      settings.offered(session);
      offered('connection_settings');
    }
    const hash = offers.remoteConfig === undefined ? undefined : desired.desiredConfig(uid)?.hash;
    if (hash !== undefined) {
      this.#reasserted.delete(uid);
      this.#retries.offered(uid);
      this.#memory.offered(session, hash);
      offered('remote_config');
      desired.configOffered(uid, hash);
    }
  }
}
