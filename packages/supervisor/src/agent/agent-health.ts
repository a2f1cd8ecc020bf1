import { type ComponentHealth, ComponentHealthSchema, create } from '@drover/opamp';

/** What the supervisor knows of its agent, from outside. */
export type AgentPhase =
  | { readonly kind: 'starting' }
  /** The agent's own report holds. */
  | { readonly kind: 'running' }
  /** Taken over from an earlier supervisor; it has not reported again yet. */
  | { readonly kind: 'adopted'; readonly wasHealthy: boolean }
  /** Its process runs and cannot be heard. */
  | { readonly kind: 'unreachable'; readonly pid: number }
  | { readonly kind: 'restarting' }
  | {
      readonly kind: 'crashed';
      readonly reason: string;
      readonly isLoop: boolean;
      readonly restartInMs: number;
    }
  /** It cannot be started at all. */
  | { readonly kind: 'unusable'; readonly reason: string }
  /** There is nothing to run yet. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'stopped' };

/** The health that the fleet server is told; `reported` is the agent's own last word. */
export function agentHealth(
  phase: AgentPhase,
  reported: ComponentHealth | undefined,
  nowMs: number,
): ComponentHealth {
  // Whoever is not healthy says why (specification: ComponentHealth.last_error).
  const own = (healthy: boolean, status: string, lastError = healthy ? '' : status) =>
    create(ComponentHealthSchema, {
      healthy,
      status,
      lastError,
      startTimeUnixNano: 0n,
      statusTimeUnixNano: BigInt(nowMs) * 1_000_000n,
    });
  switch (phase.kind) {
    case 'running':
      return reported ?? own(false, 'starting');
    case 'adopted':
      return own(phase.wasHealthy, 'adopted by a new supervisor; its own report is awaited');
    case 'starting':
      return reported ?? own(false, 'starting');
    case 'restarting':
      return own(false, 'restarting');
    case 'unreachable':
      return own(
        false,
        'unreachable',
        `the agent process ${phase.pid} runs but does not answer its supervisor`,
      );
    case 'crashed':
      return own(
        false,
        `${phase.isLoop ? 'crash loop' : 'crashed'}, next start in ${Math.ceil(phase.restartInMs / 1_000)} s`,
        phase.reason,
      );
    case 'unusable':
      return own(false, 'cannot start', phase.reason);
    case 'idle':
      return own(true, 'idle: there is no configuration to run yet');
    case 'stopped':
      return own(false, 'stopped with its supervisor');
  }
}

/** What a health report of a process that is starting says about the start. */
export function startVerdict(health: ComponentHealth): 'started' | 'starting' | 'failed' {
  if (health.healthy) return 'started';
  switch (health.status) {
    // A backend that is away for the moment is no fault of the configuration.
    case 'StatusRecoverableError':
      return 'started';
    case 'StatusPermanentError':
    case 'StatusFatalError':
      return 'failed';
    default:
      return 'starting';
  }
}

/** The errors in a health report, component by component. */
export function healthErrors(health: ComponentHealth): string {
  const errors = new Set<string>();
  const visit = (name: string, component: ComponentHealth) => {
    const children = Object.entries(component.componentHealthMap);
    for (const [child, childHealth] of children) visit(child, childHealth);
    if (component.lastError && children.length === 0) errors.add(`${name}: ${component.lastError}`);
  };
  visit('agent', health);
  return [...errors].join('\n') || health.lastError || health.status;
}
