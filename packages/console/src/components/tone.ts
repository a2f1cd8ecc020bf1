import type {
  ConfigStatus,
  ConnectionState,
  CredentialKind,
  CredentialState,
  DriftState,
  EnrolmentState,
  HealthState,
  RolloutAgentState,
  RolloutState,
  SyncState,
  WaveState,
} from '@drover/api';

/** The one meaning that each colour carries, with its own shape. */
export type Tone = 'well' | 'look' | 'broken' | 'progress' | 'gone';

export interface StateWord {
  readonly tone: Tone;
  readonly word: string;
}

export const connectionWords: Record<ConnectionState, StateWord> = {
  connected: { tone: 'well', word: 'Connected' },
  stale: { tone: 'look', word: 'Stale' },
  disconnected: { tone: 'gone', word: 'Disconnected' },
};

export const healthWords: Record<HealthState, StateWord> = {
  healthy: { tone: 'well', word: 'Healthy' },
  unhealthy: { tone: 'broken', word: 'Unhealthy' },
  unknown: { tone: 'gone', word: 'Unknown' },
};

const pastHealthWords: Record<HealthState, StateWord> = {
  healthy: { tone: 'gone', word: 'Was healthy' },
  unhealthy: { tone: 'gone', word: 'Was unhealthy' },
  unknown: healthWords.unknown,
};

/** An agent's health; of one that is gone nobody knows more than how it was. */
export function healthWord(health: HealthState, connection: ConnectionState): StateWord {
  return (connection === 'disconnected' ? pastHealthWords : healthWords)[health];
}

export const syncWords: Record<SyncState, StateWord> = {
  in_sync: { tone: 'well', word: 'In sync' },
  pending: { tone: 'progress', word: 'Pending' },
  failed: { tone: 'broken', word: 'Failed' },
  none: { tone: 'gone', word: 'Not managed' },
};

export const configStatusWords: Record<ConfigStatus, StateWord> = {
  applied: { tone: 'well', word: 'Applied' },
  applying: { tone: 'progress', word: 'Applying' },
  failed: { tone: 'broken', word: 'Failed' },
  unset: { tone: 'gone', word: 'Nothing reported' },
};

export const rolloutWords: Record<RolloutState, StateWord> = {
  running: { tone: 'progress', word: 'Running' },
  paused: { tone: 'look', word: 'Paused' },
  succeeded: { tone: 'well', word: 'Succeeded' },
  failed: { tone: 'broken', word: 'Failed' },
  rolled_back: { tone: 'gone', word: 'Rolled back' },
  aborted: { tone: 'gone', word: 'Aborted' },
};

export const waveWords: Record<WaveState, StateWord> = {
  waiting: { tone: 'gone', word: 'Waiting' },
  running: { tone: 'progress', word: 'Running' },
  soaking: { tone: 'progress', word: 'Soaking' },
  passed: { tone: 'well', word: 'Passed' },
  failed: { tone: 'broken', word: 'Halted' },
  overridden: { tone: 'look', word: 'Overridden' },
};

export const driftWords: Record<DriftState, StateWord> = {
  none: { tone: 'well', word: 'As intended' },
  drifted: { tone: 'broken', word: 'Drifted' },
  unknown: { tone: 'gone', word: 'Not compared' },
};

export const rolloutAgentWords: Record<RolloutAgentState, StateWord> = {
  failed: { tone: 'broken', word: 'Failed' },
  offered: { tone: 'progress', word: 'Offered' },
  pending: { tone: 'gone', word: 'Pending' },
  applied: { tone: 'well', word: 'Applied' },
  skipped: { tone: 'look', word: 'Skipped' },
  superseded: { tone: 'gone', word: 'Superseded' },
};

export const enrolmentWords: Record<EnrolmentState, StateWord> = {
  approved: { tone: 'well', word: 'Approved' },
  pending: { tone: 'look', word: 'Waiting for approval' },
  rejected: { tone: 'broken', word: 'Rejected' },
  revoked: { tone: 'broken', word: 'Revoked' },
};

export const credentialKindWords: Record<CredentialKind, StateWord> = {
  own: { tone: 'well', word: 'Own credential' },
  offered: { tone: 'progress', word: 'Offered, not used yet' },
  failed: { tone: 'broken', word: 'Own credential failed' },
  shared: { tone: 'look', word: 'Shared token' },
  certificate: { tone: 'well', word: 'Client certificate' },
  none: { tone: 'gone', word: 'None' },
};

export const credentialStateWords: Record<CredentialState, StateWord> = {
  active: { tone: 'well', word: 'In use' },
  offered: { tone: 'progress', word: 'Offered' },
  due: { tone: 'gone', word: 'Due on next connect' },
  failed: { tone: 'broken', word: 'Failed' },
};
