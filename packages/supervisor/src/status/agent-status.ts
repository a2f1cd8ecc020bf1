import { agentHealth } from '../agent/agent-health.ts';
import type { ApplyReport } from '../agent/apply-watch.ts';
import type { Supervision } from '../agent/supervision.ts';
import type { ServerLinkState } from '../link/server-link-monitor.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { RemoteConfigVerdict } from '../storage/agent-state.ts';

/** What an agent does, in one word. */
export const AGENT_STATES = [
  'starting',
  'running',
  'adopted',
  'unreachable',
  'restarting',
  'crashed',
  'crash_loop',
  'cannot_start',
  'idle',
  'stopped',
] as const;

export type AgentStateName = (typeof AGENT_STATES)[number];

/** One agent as its supervisor sees it. Times are RFC 3339 in UTC; null stands for what is not known or not there. */
export interface AgentStatus {
  readonly name: string;
  readonly kind: string;
  readonly instanceUid: string | null;
  readonly executable: string;
  readonly version: string | null;
  readonly pid: number | null;
  /** When its process started. */
  readonly startedAt: string | null;
  readonly state: AgentStateName;
  /** Since when it is in that state. */
  readonly since: string;
  /** It has started on its configuration, or there is nothing that it should run. */
  readonly isReady: boolean;
  readonly health: { readonly healthy: boolean; readonly status: string; readonly lastError: string };
  /** The last offer and its fate; null before the first. */
  readonly remoteConfig: {
    readonly hash: string;
    readonly verdict: RemoteConfigVerdict;
    readonly errorMessage: string;
  } | null;
  /** Hash of the remote configuration that its process runs; null where that is the local one, or nothing. */
  readonly runningConfig: string | null;
  /** Starts after an earlier process, since the supervisor started. */
  readonly restarts: number;
  readonly crashes: number;
  /** What became of the last offer that was acted on, and in which time; null before the first. */
  readonly lastApply: ApplyStatus | null;
  /** What hinders its supervisor, such as a full disk. */
  readonly problems: readonly string[];
  readonly server: ServerLinkStatus | null;
  /** User that its process runs as; null: that of the supervisor. */
  readonly runAs: string | null;
  /** What holds it to each of its limits, and what is missing. */
  readonly limits: readonly {
    readonly limit: string;
    readonly wanted: string;
    readonly by: string;
    readonly shortfall: string | null;
  }[];
}

export interface ApplyStatus extends Omit<ApplyReport, 'gapMs'> {
  /** For so long the agent received nothing; null while it is not back. */
  readonly gapMs: number | null;
}

export interface ServerLinkStatus {
  readonly url: string;
  readonly state: ServerLinkState['state'];
  readonly since: string;
  readonly failedAttempts: number;
  readonly lastError: string | null;
  readonly lastConnectedAt: string | null;
}

export function agentStatus(supervision: Supervision, link: ServerLinkState | undefined): AgentStatus {
  const { settings, adapter, runtime, state, phase, facts, metrics, secrets, applies, problems } =
    supervision;
  const { running, observed } = runtime;
  const health = agentHealth(phase, observed.health, Date.now());
  return {
    name: settings.name,
    kind: adapter.kind,
    instanceUid: state.instanceUid,
    executable: settings.executable,
    version: facts?.version ?? null,
    pid: running?.process.identity.pid ?? null,
    startedAt: running === undefined ? null : timeText(running.record.startedAtMs),
    state: stateName(supervision),
    since: timeText(supervision.phaseSinceMs),
    isReady: isReady(supervision),
    health: {
      healthy: health.healthy,
      status: secrets.mask(health.status),
      lastError: secrets.mask(health.lastError),
    },
    remoteConfig:
      state.received === undefined
        ? null
        : {
            hash: state.received.config.hash,
            verdict: state.received.verdict,
            errorMessage: secrets.mask(state.received.errorMessage),
          },
    runningConfig: running?.record.remoteHash ?? null,
    restarts: metrics.restarts,
    crashes: metrics.crashes,
    lastApply: applies.last === undefined ? null : applyStatus(applies.last),
    problems: [...problems.values()],
    server: link === undefined ? null : linkStatus(link, secrets.mask),
    runAs: settings.runAs?.name ?? null,
    limits: runtime.limits.map(({ shortfall, ...hold }) => ({ ...hold, shortfall: shortfall ?? null })),
  };
}

/** An agent whose supervision could not begin; `problem` is empty while that is still being tried for the first time. */
export function unsupervisedStatus(settings: AgentSettings, problem: string, sinceMs: number): AgentStatus {
  const isStarting = problem === '';
  return {
    name: settings.name,
    kind: settings.kind,
    instanceUid: null,
    executable: settings.executable,
    version: null,
    pid: null,
    startedAt: null,
    state: isStarting ? 'starting' : 'cannot_start',
    since: timeText(sinceMs),
    isReady: false,
    health: { healthy: false, status: isStarting ? 'starting' : 'cannot start', lastError: problem },
    remoteConfig: null,
    runningConfig: null,
    restarts: 0,
    lastApply: null,
    problems: [],
    crashes: 0,
    server: null,
    runAs: settings.runAs?.name ?? null,
    limits: [],
  };
}

function applyStatus({ hash, verdict, method, durationMs, gapMs }: ApplyReport): ApplyStatus {
  return { hash, verdict, method, durationMs, gapMs: gapMs ?? null };
}

function stateName({ phase }: Supervision): AgentStateName {
  switch (phase.kind) {
    case 'crashed':
      return phase.isLoop ? 'crash_loop' : 'crashed';
    case 'unusable':
      return 'cannot_start';
    default:
      return phase.kind;
  }
}

function isReady({ phase, runtime }: Supervision): boolean {
  if (phase.kind === 'idle') return true;
  const runs = phase.kind === 'running' || phase.kind === 'adopted';
  // A process that runs and was never healthy on its configuration has not started yet, however long it takes.
  return runs && runtime.running?.record.wasHealthy === true;
}

function linkStatus(link: ServerLinkState, mask: (text: string) => string): ServerLinkStatus {
  return {
    url: mask(link.url),
    state: link.state,
    since: timeText(link.sinceMs),
    failedAttempts: link.failedAttempts,
    lastError: link.lastError === undefined ? null : mask(link.lastError),
    lastConnectedAt: link.lastConnectedAtMs === undefined ? null : timeText(link.lastConnectedAtMs),
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
