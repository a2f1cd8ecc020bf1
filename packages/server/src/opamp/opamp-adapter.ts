import { type AgentCapabilityName, type InstanceUid, SERVER_CAPABILITIES } from '@drover/opamp';
import {
  type AcceptDecision,
  type AgentSession,
  type ClaimRefusal,
  type ConnectionRequest,
  createOpampServer,
  type OpampServer,
  type OpampServerLimits,
  type PartName,
} from '@drover/opamp/server';
import { type AgentReport, PART_NAMES } from '../agents/agent.ts';
import type { ComponentSets } from '../agents/component-sets.ts';
import type { Grant } from '../connections/grant.ts';
import type { Timer } from '../lib/clock.ts';
import { DomainError, errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { can } from './agent-capability.ts';
import { AgentOffers, type AgentOffersOptions } from './agent-offers.ts';
import type { ReportDecoder } from './decode-report.ts';
import { grantOf } from './grant-of.ts';
import type { OwnMetricsSource, OwnMetricsState } from './own-metrics-offers.ts';
import { ProblemLog } from './problem-log.ts';
import { RefusedAgents } from './refused-agents.ts';
import { type CredentialSource, SettingsOffers } from './settings-offers.ts';
import { VALIDATE_CAPABILITY, ValidationCalls } from './validation-calls.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface OpampAdapterOptions extends OpampServerLimits, Omit<AgentOffersOptions, 'settings'> {
  readonly credentials: CredentialSource;
  readonly ownMetrics: OwnMetricsSource;
  readonly reports: ReportDecoder;
  readonly componentSets: ComponentSets;
  readonly accept: (request: ConnectionRequest) => AcceptDecision | Promise<AcceptDecision>;
  /** Agents may ask for certificates. */
  readonly takesCertificateRequests: boolean;
  readonly admit: (uid: InstanceUid, grant: Grant) => ClaimRefusal | undefined;
  readonly log: Log;
  readonly path?: string;
  /** Agents that poll are expected to do so this often. */
  readonly pollIntervalMs: number;
  readonly httpSilenceMs: number;
  readonly pingIntervalMs: number;
  readonly fullStateRequestsPerSecond: number;
}

const CAPABILITIES =
  SERVER_CAPABILITIES.AcceptsStatus |
  SERVER_CAPABILITIES.OffersRemoteConfig |
  SERVER_CAPABILITIES.OffersConnectionSettings |
  SERVER_CAPABILITIES.AcceptsEffectiveConfig;

/** Heartbeats are told to the fleet together, this often. */
const TOUCH_EVERY_MS = 2500;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

const NOT_CONNECTED = { code: 'agent_not_connected', reason: 'is not connected' } as const;

/** Between the protocol and the domain: messages become calls of services, desired state becomes offers. */
export class OpampAdapter {
  readonly server: OpampServer;
  /** Whose programs can be asked about a configuration. */
  readonly validations: ValidationCalls;
  readonly #options: OpampAdapterOptions;
  readonly #offers: AgentOffers;
  readonly #settings: SettingsOffers;
  readonly #touching: Timer;
  #touchedUntilMs = 0;
  /** What a new agent reported with the message that is being taken in; the fleet has it already. */
  #first: { readonly session: AgentSession; readonly report: AgentReport } | undefined;

  constructor(options: OpampAdapterOptions) {
    this.#options = options;
    const {
      agents,
      desired,
      credentials,
      ownMetrics,
      reports: _reports,
      componentSets,
      accept,
      admit,
      clock,
      log,
      ...rest
    } = options;
    const { offered, takesCertificateRequests, pollIntervalMs, ...protocol } = rest;
    this.#settings = new SettingsOffers(credentials, ownMetrics, clock);
    this.#offers = new AgentOffers({ agents, desired, settings: this.#settings, clock, offered });
    const problems = new ProblemLog(log, clock);
    const refused = new RefusedAgents(clock);
    this.validations = new ValidationCalls({
      session: (uid) => this.server.session(uid),
      isApproved: (uid) => agents.record(uid)?.enrolment.state === 'approved',
      send: (uid, message) => this.server.sendCustomMessage(uid, message),
      pollIntervalMs,
      clock,
    });
    this.server = createOpampServer({
      ...protocol,
      customCapabilities: [VALIDATE_CAPABILITY],
      capabilities: takesCertificateRequests
        ? CAPABILITIES | SERVER_CAPABILITIES.AcceptsConnectionSettingsRequest
        : CAPABILITIES,
      host: {
        accept,
        admit: ({ instanceUid, grant, remoteAddress }) => {
          const refusal = admit(instanceUid, grant as Grant);
          if (refusal !== undefined && refused.isNews(instanceUid, refusal.message))
            agents.recordEvent(instanceUid, 'refused', `refused from ${remoteAddress}: ${refusal.message}`);
          return refusal;
        },
        restore: (uid) => agents.restore(uid),
        connected: (session) => this.#connected(session),
        reported: (session, changed) => this.#reported(session, changed),
        hasComponents: (hash) => componentSets.has(hex(hash)),
        components: (hash, components) => componentSets.add(hex(hash), components),
        offers: (session) => {
          this.#first = undefined;
          return this.#offers.next(session);
        },
        connectionSettingsRequested: (session, csr) => this.#settings.requested(session, csr),
        offered: (session, offers) => this.#offers.left(session, offers),
        customMessage: (session, message) => this.validations.answered(session, message),
        disconnected: (session, reason) => {
          this.#offers.unlinked(session);
          this.validations.unlinked(session);
          agents.touch(session.instanceUid, session.lastMessageAtMs, session.sequenceNum);
          agents.agentDisconnected(session.instanceUid, reason);
        },
        renamed: (oldUid, newUid) => {
          agents.rename(oldUid, newUid).catch((error: unknown) => {
            log.error({ agent: newUid, oldUid, error: errorText(error) }, 'new uid of an agent not stored');
          });
        },
        problem: (problem) => problems.add(problem),
      },
    });
    agents.facts.subscribe((fact) => {
      // What was meant for it all along may be offered now.
      const isMatchedAnew = fact.kind === 'matchable' && ownMetrics.isSelective;
      if (fact.kind === 'enrolment' || isMatchedAnew) this.server.push([fact.record.uid]);
      if (fact.kind !== 'removed') return;
      this.#offers.forget(fact.record.uid);
      this.server.forget(fact.record.uid);
    });
    this.#touching = clock.every(TOUCH_EVERY_MS, () => this.touchAll());
  }

  /** Tells the fleet when each agent was heard last. */
  touchAll(): void {
    const sinceMs = this.#touchedUntilMs;
    this.#touchedUntilMs = this.#options.clock.now();
    for (const session of this.server.sessions()) {
      if (session.lastMessageAtMs >= sinceMs) this.#touch(session);
    }
  }

  /** As `touchAll`, for one agent that somebody looks at. */
  touch(uid: string): void {
    const session = this.server.session(uid as InstanceUid);
    if (session?.isConnected) this.#touch(session);
  }

  /** Desired state changed for these agents. */
  push(uids: Iterable<InstanceUid>): void {
    this.server.push(uids);
  }

  /** What the agent's connection came by; undefined where it is not connected. */
  grantOf(uid: InstanceUid): Grant | undefined {
    const session = this.server.session(uid);
    return session?.isConnected ? grantOf(session) : undefined;
  }

  /** Asks the agent to restart: at once over a WebSocket, with its next poll over HTTP. Throws `agent_not_connected`, `agent_not_approved`, `capability_missing`. */
  restart(uid: string): void {
    const session = this.#taker(uid, 'not restarted', 'AcceptsRestartCommand');
    this.#offers.wantRestart(session);
    this.server.push([session.instanceUid]);
  }

  /** Why `restart` would not be taken now, or undefined. */
  restartRefusal(uid: InstanceUid): string | undefined {
    return this.#refusal(uid, this.server.session(uid), 'AcceptsRestartCommand')?.reason;
  }

  /** Whether `reassert` would be taken now, and whether the agent would be asked to restart with it. */
  reassertable(uid: string): { readonly refusal: string | undefined; readonly restarts: boolean } {
    const session = this.server.session(uid as InstanceUid);
    const refusal = this.#refusal(uid, session, 'AcceptsRemoteConfig')?.reason;
    return { refusal, restarts: session !== undefined && can(session, 'AcceptsRestartCommand') };
  }

  /** Offers the agent what it is to run although it says that it does, and has it restart where it can. Throws as `restart`. */
  reassert(uid: string): void {
    const session = this.#taker(uid, 'offered nothing', 'AcceptsRemoteConfig');
    this.#offers.wantAgain(session);
    this.server.push([session.instanceUid]);
  }

  /** What the agent makes of where it is to send its own metrics; undefined while it is not connected. */
  ownMetrics(uid: string): OwnMetricsState | undefined {
    const session = this.server.session(uid as InstanceUid);
    const record = this.#options.agents.record(uid as InstanceUid);
    return session?.isConnected && record !== undefined
      ? this.#settings.ownMetrics(session, record)
      : undefined;
  }

  /** Tells the agent once more what it could not use of own metrics. Throws `agent_not_connected`, `own_metrics_not_failed`. */
  retryOwnMetrics(uid: string): void {
    const session = this.server.session(uid as InstanceUid);
    const record = this.#options.agents.record(uid as InstanceUid);
    const state = this.ownMetrics(uid)?.state;
    if (session === undefined || record === undefined || state === undefined)
      throw new DomainError('agent_not_connected', `agent ${uid} was told nothing: it is not connected`);
    if (state !== 'failed')
      throw new DomainError(
        'own_metrics_not_failed',
        `agent ${uid} was told nothing: it has not failed on where to send its own metrics, its state is ${state}`,
      );
    this.#settings.retryOwnMetrics(session, record);
    this.server.push([session.instanceUid]);
  }

  /** Closes every link; resolves when all are gone and the fleet knows the last number of each agent. */
  async stop(windowMs: number): Promise<void> {
    await this.server.drain(windowMs);
    this.#touching.cancel();
    this.#touchedUntilMs = 0;
    this.touchAll();
  }

  /** The session of an agent that takes this now; else what became of the wish is said with the reason. */
  #taker(uid: string, outcome: string, capability: AgentCapabilityName): AgentSession {
    const session = this.server.session(uid as InstanceUid);
    const refusal = this.#refusal(uid, session, capability);
    if (session !== undefined && refusal === undefined) return session;
    const { code, reason } = refusal ?? NOT_CONNECTED;
    const facts = code === 'capability_missing' ? { capability } : {};
    throw new DomainError(code, `agent ${uid} was ${outcome}: it ${reason}`, { facts });
  }

  /** Why an agent takes nothing of that kind now. */
  #refusal(uid: string, session: AgentSession | undefined, capability: AgentCapabilityName) {
    if (!session?.isConnected) return NOT_CONNECTED;
    if (this.#options.agents.record(uid as InstanceUid)?.enrolment.state !== 'approved')
      return { code: 'agent_not_approved', reason: 'is not approved' } as const;
    if (can(session, capability)) return undefined;
    return { code: 'capability_missing', reason: `does not announce ${capability}` } as const;
  }

  #touch(session: AgentSession): void {
    this.#options.agents.touch(session.instanceUid, session.lastMessageAtMs, session.sequenceNum);
  }

  #reportOf(session: AgentSession, names: Iterable<PartName>): AgentReport {
    const { instanceUid } = session;
    const secretTexts = () => this.#options.desired.secretTexts(instanceUid);
    return withoutSecrets(this.#options.reports.reportOf(session, names), secretTexts);
  }

  #reported(session: AgentSession, changed: ReadonlySet<PartName>): void {
    const { agents } = this.#options;
    const { instanceUid } = session;
    const first = this.#first?.session === session ? this.#first.report : undefined;
    this.#first = undefined;
    const report = first ?? this.#reportOf(session, changed);
    if (report.config !== undefined) this.#offers.answered(session, report.config);
    if (first === undefined) agents.agentReported(instanceUid, report);
    if (changed.has('connectionSettingsStatus')) this.#settings.reported(session, agents.record(instanceUid));
    if (changed.has('customCapabilities')) this.validations.announced(session);
  }

  #connected(session: AgentSession): void {
    const { transport, remoteAddress, sequenceNum, capabilities } = session;
    const { access, enrolment, certificate } = grantOf(session);
    this.#offers.linked(session);
    this.validations.announced(session);
    const isNew = this.#options.agents.record(session.instanceUid) === undefined;
    // All that a new agent's session has came with this message, and `reported` follows.
    const first = isNew ? this.#reportOf(session, PART_NAMES) : undefined;
    this.#first = first && { session, report: first };
    const link = {
      transport,
      remoteAddress,
      sequenceNum,
      capabilities,
      access,
      enrolment,
      ...(certificate === null ? {} : { certificate }),
    };
    this.#options.agents.agentConnected(session.instanceUid, link, first);
    this.#settings.linked(session);
  }
}
