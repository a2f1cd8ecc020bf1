import type { OpampErrorCode } from '@drover/opamp';
import type { CustomDirection, CustomDrop } from '../link/custom-relay.ts';
import type { RemoteConfigVerdict } from '../storage/agent-state.ts';
import { Counter, Histogram, type MetricFamily } from './metric.ts';

/** Why an agent's process ended without being asked to, or never began. */
export type CrashReason =
  | 'exit_code'
  | 'signal'
  | 'out_of_memory'
  | 'start_failed'
  /** It ran and could not be heard. */
  | 'unresponsive'
  /** Of an adopted process only its end is seen. */
  | 'unknown';

export type OfferKind = 'remote_config' | 'connection_settings' | 'own_telemetry' | 'packages' | 'command';

/** What was refused or cut where the agent speaks to its supervisor. */
export type LocalLinkError = OpampErrorCode | 'foreign_uid';

/** Where the supervision of one agent counts what happens. Nothing here fails or waits. */
export interface AgentMetrics {
  /** A process was started. */
  started(): void;
  /** The process of an earlier supervisor was taken charge of. */
  adopted(): void;
  crashed(reason: CrashReason): void;
  offered(kind: OfferKind): void;
  /** What became of a remote configuration. The time from `applying` to the verdict is the duration of the apply. */
  concluded(verdict: RemoteConfigVerdict): void;
  validationFailed(): void;
  rolledBack(): void;
  /** For so long the agent received nothing because of an apply. */
  gapMeasured(ms: number): void;
  serverConnected(): void;
  serverConnectFailed(): void;
  localLinkFailed(error: LocalLinkError): void;
  /** A custom message was not passed on. */
  customMessageDropped(direction: CustomDirection, reason: CustomDrop): void;
  /** Starts that followed an earlier process of this agent. */
  readonly restarts: number;
  readonly crashes: number;
}

/** The counters of all agents of one supervisor. Label values come from the settings and from closed lists, so the number of series has a limit. */
export interface AgentMetricsRegistry {
  readonly families: readonly MetricFamily[];
  /** Once for each agent; its counters begin at 0 and are shown at once. */
  forAgent(name: string): AgentMetrics;
}

const APPLY_BOUNDS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120];
const GAP_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

export function agentMetricsRegistry(nowMs: () => number = () => performance.now()): AgentMetricsRegistry {
  const count = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `drover_supervisor_${name}`, help, labelNames });
  const seconds = (name: string, help: string, bounds: readonly number[]) =>
    new Histogram({ name: `drover_supervisor_${name}_seconds`, help, labelNames: ['agent'] }, bounds);

  const starts = count('agent_starts_total', 'Processes started', ['agent']);
  const restarts = count('agent_restarts_total', 'Starts that followed an earlier process of the agent', [
    'agent',
  ]);
  const crashes = count(
    'agent_crashes_total',
    'Processes that ended without being asked to, or never began',
    ['agent', 'reason'],
  );
  const offers = count('offers_total', 'What the server offered or commanded, by kind', ['agent', 'kind']);
  const results = count('apply_results_total', 'Verdicts on remote configurations', ['agent', 'result']);
  const durations = seconds('apply_duration', 'Time from an offer to its verdict', APPLY_BOUNDS);
  const gaps = seconds(
    'apply_gap',
    'Time for which the agent received nothing because of an apply',
    GAP_BOUNDS,
  );
  const invalid = count(
    'validation_failures_total',
    'Configurations that the program of the agent itself refused',
    ['agent'],
  );
  const rollbacks = count('rollbacks_total', 'Returns to an earlier configuration after one failed', [
    'agent',
  ]);
  const connects = count('server_connects_total', 'Links to the server that came about', ['agent']);
  const connectFailures = count('server_connect_failures_total', 'Tries to reach the server that failed', [
    'agent',
  ]);
  const linkErrors = count('local_link_errors_total', 'What was refused on the local endpoint of the agent', [
    'agent',
    'reason',
  ]);

  const customDrops = count(
    'custom_messages_dropped_total',
    'Custom messages between server and agent that were not passed on',
    ['agent', 'direction', 'reason'],
  );

  return {
    families: [
      ...[starts, restarts, crashes, offers, results, durations, gaps, invalid, rollbacks],
      ...[connects, connectFailures, linkErrors, customDrops],
    ],
    forAgent(agent) {
      let hadProcess = false;
      let restarted = 0;
      let crashed = 0;
      let applyingSinceMs: number | undefined;
      for (const counter of [starts, restarts, invalid, rollbacks, connects, connectFailures])
        counter.add({ agent }, 0);
      for (const result of ['applied', 'failed']) results.add({ agent, result }, 0);
      return {
        started() {
          starts.add({ agent });
          if (hadProcess) {
            restarted++;
            restarts.add({ agent });
          }
          hadProcess = true;
        },
        adopted() {
          hadProcess = true;
        },
        crashed(reason) {
          crashed++;
          crashes.add({ agent, reason });
        },
        offered: (kind) => offers.add({ agent, kind }),
        concluded(verdict) {
          if (verdict === 'applying') {
            applyingSinceMs = nowMs();
            return;
          }
          results.add({ agent, result: verdict });
          // A verdict that is taken back later, or given late, belongs to no apply that could be timed.
          if (applyingSinceMs !== undefined)
            durations.observe({ agent }, (nowMs() - applyingSinceMs) / 1_000);
          applyingSinceMs = undefined;
        },
        validationFailed: () => invalid.add({ agent }),
        rolledBack: () => rollbacks.add({ agent }),
        gapMeasured: (ms) => gaps.observe({ agent }, ms / 1_000),
        serverConnected: () => connects.add({ agent }),
        serverConnectFailed: () => connectFailures.add({ agent }),
        customMessageDropped: (direction, reason) => customDrops.add({ agent, direction, reason }),
        localLinkFailed: (reason) => linkErrors.add({ agent, reason }),
        get restarts() {
          return restarted;
        },
        get crashes() {
          return crashed;
        },
      };
    },
  };
}
