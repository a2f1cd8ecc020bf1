import type { AgentEvent, AgentEventKind } from '@drover/api';
import type { StateWord } from './tone.ts';

export const EVENT_WORDS: Record<AgentEventKind, StateWord> = {
  first_seen: { tone: 'well', word: 'First seen' },
  connected: { tone: 'well', word: 'Connected' },
  disconnected: { tone: 'gone', word: 'Disconnected' },
  stale: { tone: 'look', word: 'Went silent' },
  described: { tone: 'gone', word: 'Description reported' },
  health_changed: { tone: 'look', word: 'Health changed' },
  config_assigned: { tone: 'progress', word: 'Configuration assigned' },
  config_offered: { tone: 'progress', word: 'Configuration offered' },
  config_applying: { tone: 'progress', word: 'Applying configuration' },
  config_applied: { tone: 'well', word: 'Configuration applied' },
  config_failed: { tone: 'broken', word: 'Configuration failed' },
  config_tried: { tone: 'gone', word: 'Configuration checked' },
  effective_config_changed: { tone: 'gone', word: 'Effective configuration changed' },
  reasserted: { tone: 'progress', word: 'Configuration re-asserted' },
  reassert_stopped: { tone: 'look', word: 'Drifted, policy gave up' },
  restart_asked: { tone: 'progress', word: 'Restart requested' },
  command_sent: { tone: 'progress', word: 'Command sent' },
  approval_pending: { tone: 'look', word: 'Waiting for approval' },
  approved: { tone: 'well', word: 'Approved' },
  rejected: { tone: 'broken', word: 'Rejected' },
  revoked: { tone: 'broken', word: 'Revoked' },
  credential_offered: { tone: 'progress', word: 'Credential offered' },
  credential_used: { tone: 'well', word: 'Credential in use' },
  credential_failed: { tone: 'broken', word: 'Credential failed' },
  own_metrics_ended: { tone: 'gone', word: 'Own metrics stopped' },
  own_metrics_failed: { tone: 'look', word: 'No own metrics' },
  credential_revoked: { tone: 'broken', word: 'Credential revoked' },
  credential_expired: { tone: 'broken', word: 'Credential expired' },
  access_ended: { tone: 'broken', word: 'Access ended' },
  refused: { tone: 'broken', word: 'Refused' },
  labels_changed: { tone: 'gone', word: 'Labels changed' },
  renamed: { tone: 'gone', word: 'Renamed' },
};

/** What happened to an agent, in a word or two. */
export function agentEventWords(event: Pick<AgentEvent, 'kind' | 'data'>): StateWord {
  const known: StateWord | undefined = EVENT_WORDS[event.kind];
  if (
    event.kind === 'health_changed' &&
    (event.data.state === 'healthy' || event.data.state === 'unhealthy')
  ) {
    return event.data.state === 'healthy'
      ? { tone: 'well', word: 'Became healthy' }
      : { tone: 'broken', word: 'Became unhealthy' };
  }
  // A newer server may know kinds that this page does not.
  return known ?? { tone: 'gone', word: event.kind };
}
