import type { AgentEventKind, JsonValue } from '@drover/api';
import { type AgentRecord, type AgentReport, isUnsetConfig } from './agent.ts';

export interface ReportEvent {
  readonly kind: AgentEventKind;
  readonly detail: string;
  readonly data: Readonly<Record<string, JsonValue>>;
}

/** What of a report belongs into the agent's timeline. */
export function reportEvents(before: AgentRecord, after: AgentRecord, report: AgentReport): ReportEvent[] {
  const events: ReportEvent[] = [];
  if (after.attributes !== before.attributes && before.attributes.length > 0) {
    events.push({ kind: 'described', detail: 'the agent reported a new description', data: {} });
  }
  const isFirst = before.health.state === 'unknown' && after.health.state === 'healthy';
  const isOther =
    after.health.state !== before.health.state || after.health.lastError !== before.health.lastError;
  if (isOther && !isFirst) {
    const { state, status, lastError } = after.health;
    const detail = [state, status, lastError].filter(Boolean).join(': ');
    events.push({ kind: 'health_changed', detail, data: { state, status, lastError } });
  }
  if (after.config !== before.config && !isUnsetConfig(after.config)) events.push(configEvent(after));
  if (report.parts.effectiveConfig !== undefined) {
    events.push({
      kind: 'effective_config_changed',
      detail: 'the agent reported its effective configuration',
      data: {},
    });
  }
  return events;
}

function configEvent({ config }: AgentRecord): ReportEvent {
  const { status, hash, errorMessage } = config;
  switch (status) {
    case 'applying':
      return { kind: 'config_applying', detail: 'the configuration is being applied', data: { hash } };
    case 'failed':
      return {
        kind: 'config_failed',
        detail: errorMessage || 'no reason given',
        data: { hash, errorMessage },
      };
    case 'applied':
    case 'unset':
      return { kind: 'config_applied', detail: 'the configuration is applied', data: { hash } };
  }
}
