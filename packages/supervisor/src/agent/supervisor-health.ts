import { type ComponentHealth, ComponentHealthSchema, create } from '@drover/opamp';
import type { ApplyReport } from './apply-watch.ts';

/** The name under which the supervisor of an agent stands among the components of its health. */
const SUPERVISOR_COMPONENT = 'supervisor';

/** What hinders a supervisor at its work while its agent may be well, by what it concerns. */
export type SupervisorProblems = ReadonlyMap<string, string>;

export interface SupervisorFacts {
  readonly lastApply: ApplyReport | undefined;
  readonly problems: SupervisorProblems;
}

/** The agent's health with that of its supervisor beside its own components. The agent's own verdict is not touched by it. */
export function withSupervisor(
  health: ComponentHealth,
  { lastApply, problems }: SupervisorFacts,
): ComponentHealth {
  const supervisor = create(ComponentHealthSchema, {
    healthy: problems.size === 0,
    status: lastApply === undefined ? 'supervising' : applyText(lastApply),
    lastError: [...problems.values()].join('\n'),
    startTimeUnixNano: 0n,
    statusTimeUnixNano: health.statusTimeUnixNano,
  });
  return {
    ...health,
    componentHealthMap: { ...health.componentHealthMap, [SUPERVISOR_COMPONENT]: supervisor },
  };
}

/** One line on an apply, for people. */
export function applyText({ hash, verdict, method, durationMs, gapMs }: ApplyReport): string {
  const head = `configuration ${hash.slice(0, 8)} ${verdict} in ${durationMs} ms`;
  if (method === 'none') return `${head}, the agent was not touched`;
  const gap =
    gapMs === undefined ? 'the agent is not back yet' : `the agent received nothing for ${gapMs} ms`;
  return `${head} by ${method}, ${gap}`;
}
