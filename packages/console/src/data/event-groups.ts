import type { AgentEventKind } from '@drover/api';

/** What one looks for in a timeline. */
export const EVENT_GROUPS = ['configuration', 'health', 'link', 'access', 'other'] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

export const EVENT_GROUP_WORDS: Record<EventGroup, string> = {
  configuration: 'Configuration',
  health: 'Health',
  link: 'Connection',
  access: 'Access',
  other: 'Commands, labels and names',
};

const GROUP_OF: Record<AgentEventKind, EventGroup> = {
  first_seen: 'link',
  connected: 'link',
  disconnected: 'link',
  stale: 'link',
  described: 'other',
  health_changed: 'health',
  config_assigned: 'configuration',
  config_offered: 'configuration',
  config_applying: 'configuration',
  config_applied: 'configuration',
  config_failed: 'configuration',
  config_tried: 'configuration',
  effective_config_changed: 'configuration',
  reasserted: 'configuration',
  reassert_stopped: 'configuration',
  command_sent: 'other',
  restart_asked: 'other',
  approval_pending: 'access',
  approved: 'access',
  rejected: 'access',
  revoked: 'access',
  credential_offered: 'access',
  credential_used: 'access',
  credential_failed: 'access',
  credential_revoked: 'access',
  credential_expired: 'access',
  own_metrics_failed: 'health',
  own_metrics_ended: 'health',
  access_ended: 'access',
  refused: 'access',
  labels_changed: 'other',
  renamed: 'other',
};

export function kindsOf(group: EventGroup): readonly AgentEventKind[] {
  return (Object.keys(GROUP_OF) as AgentEventKind[]).filter((kind) => GROUP_OF[kind] === group);
}
