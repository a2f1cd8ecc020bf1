import type { ConfigFile, InstanceUid } from '@drover/opamp';

/** A remote configuration as it was offered; its hash is lower-case hex. */
export interface RemoteConfig {
  readonly hash: string;
  readonly files: ReadonlyMap<string, ConfigFile>;
}

export type RemoteConfigVerdict = 'applying' | 'applied' | 'failed';

/** What an agent's supervisor must know after a restart. */
export interface AgentState {
  readonly instanceUid: InstanceUid;
  /** The last offer and its fate. */
  readonly received:
    | { readonly config: RemoteConfig; readonly verdict: RemoteConfigVerdict; readonly errorMessage: string }
    | undefined;
  /** The last one that a process was healthy on, proved or not; a later offer that fails leaves it in force. Undefined where it failed afterwards. */
  readonly applied: RemoteConfig | undefined;
  /** What is run when that cannot be: proved by a healthy agent. Undefined: the local configuration. */
  readonly lastGood: RemoteConfig | undefined;
  /** Hashes that failed, newest last, each with the reason that the server was given. */
  readonly failed: readonly { readonly hash: string; readonly errorMessage: string }[];
}

/** Refused hashes that are remembered; a server that makes up more has other troubles. */
export const MAX_FAILED_HASHES = 100;
