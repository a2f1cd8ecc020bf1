import { type ActivityEntry, type ActivityKind, SERVER_AUTHOR } from '@drover/api';
import type { StateWord } from '../components/tone.ts';
import type { ActivityAge } from '../page-search.ts';

const KIND_WORDS: Record<ActivityKind, StateWord> = {
  'config.written': { tone: 'progress', word: 'Revision saved' },
  'config.described': { tone: 'gone', word: 'Description changed' },
  'config.deleted': { tone: 'broken', word: 'Deleted' },
  'draft.started': { tone: 'gone', word: 'Draft started' },
  'draft.discarded': { tone: 'gone', word: 'Draft discarded' },
  'secret.set': { tone: 'progress', word: 'Secret set' },
  'secret.deleted': { tone: 'broken', word: 'Secret deleted' },
  'component_schemas.stored': { tone: 'gone', word: 'Schemas stored' },
  'component_schemas.deleted': { tone: 'gone', word: 'Schemas removed' },
  'rollout.started': { tone: 'progress', word: 'Rollout started' },
  'rollout.wave_passed': { tone: 'well', word: 'Wave passed' },
  'rollout.waits': { tone: 'look', word: 'Waiting for approval' },
  'rollout.halted': { tone: 'broken', word: 'Halted by a gate' },
  'rollout.paused': { tone: 'look', word: 'Paused' },
  'rollout.resumed': { tone: 'progress', word: 'Resumed' },
  'rollout.approved': { tone: 'progress', word: 'Wave approved' },
  'rollout.retried': { tone: 'progress', word: 'Retried' },
  'rollout.aborted': { tone: 'gone', word: 'Aborted' },
  'rollout.rolled_back': { tone: 'look', word: 'Rolled back' },
  'rollout.succeeded': { tone: 'well', word: 'Succeeded' },
  'rollout.failed': { tone: 'broken', word: 'Failed' },
  'agents.changed': { tone: 'gone', word: 'Labels or name changed' },
  'agents.restarted': { tone: 'progress', word: 'Restarted' },
  'agents.reasserted': { tone: 'progress', word: 'Re-asserted' },
  'agents.own_metrics_retried': { tone: 'progress', word: 'Own metrics requested' },
  'agents.forgotten': { tone: 'gone', word: 'Forgotten' },
  'agents.approved': { tone: 'well', word: 'Approved' },
  'agents.rejected': { tone: 'broken', word: 'Rejected' },
  'agents.revoked': { tone: 'broken', word: 'Revoked' },
  'credentials.rotated': { tone: 'progress', word: 'Credential rotated' },
  'credentials.deleted': { tone: 'broken', word: 'Credential deleted' },
  'enrolment_token.created': { tone: 'progress', word: 'Token created' },
  'enrolment_token.deleted': { tone: 'broken', word: 'Token deleted' },
  'view.saved': { tone: 'gone', word: 'View saved' },
  'view.deleted': { tone: 'gone', word: 'View deleted' },
  'session.started': { tone: 'gone', word: 'Logged in' },
  'session.ended': { tone: 'gone', word: 'Logged out' },
  'server.started': { tone: 'gone', word: 'Server started' },
};

export function activityWords(kind: ActivityKind): StateWord {
  const known: StateWord | undefined = KIND_WORDS[kind];
  // A newer server may know kinds that this page does not.
  return known ?? { tone: 'gone', word: kind };
}

export function authorText({ author }: Pick<ActivityEntry, 'author'>): string {
  return author === SERVER_AUTHOR ? 'the server itself' : author;
}

/** What the filter by kind offers, by what kinds begin with. */
export const KIND_GROUPS: readonly { readonly value: string; readonly word: string }[] = [
  { value: '', word: 'Everything' },
  { value: 'config', word: 'Configurations' },
  { value: 'draft', word: 'Drafts' },
  { value: 'rollout', word: 'Rollouts' },
  { value: 'agents', word: 'Agents' },
  { value: 'credentials', word: 'Credentials' },
  { value: 'enrolment_token', word: 'Enrolment tokens' },
  { value: 'secret', word: 'Secrets' },
  { value: 'component_schemas', word: 'Component schemas' },
  { value: 'view', word: 'Saved views' },
  { value: 'session', word: 'Logins' },
  { value: 'server', word: 'The server' },
];

export const AGE_WORDS: Record<ActivityAge, string> = {
  '1h': 'The last hour',
  '24h': 'The last 24 hours',
  '7d': 'The last 7 days',
  '30d': 'The last 30 days',
};
