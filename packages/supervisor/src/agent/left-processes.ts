import { FOLDER_VARIABLE, LAUNCH_VARIABLE } from '../process/agent-process.ts';
import { environmentOf, findLeadersByEnvironment, isAlive } from '../process/process-identity.ts';
import type { ProcessIdentity, ProcessRecord } from '../storage/process-record.ts';

/** A process that runs, and what is known of it. */
export type LeftProcess = ProcessRecord & { readonly identity: ProcessIdentity };

/** The agent that an earlier supervisor left running, by what that one noted; undefined where there is none, or none that is certain. */
export function leftProcess(
  record: ProcessRecord | undefined,
  storageFolder: string,
): LeftProcess | undefined {
  if (record === undefined) return undefined;
  const identity =
    record.identity !== undefined && isAlive(record.identity)
      ? record.identity
      : // The earlier supervisor died between starting the agent and noting its pid.
        findLeadersByEnvironment(LAUNCH_VARIABLE, record.launchId)[0];
  if (identity !== undefined) return { ...record, identity };
  // One that was started while the disk took no record: it is reached as those before it were, but what it runs is not certain.
  const [unrecorded, ...others] = processesOf(storageFolder);
  if (unrecorded === undefined || others.length > 0) return undefined;
  const launchId = environmentOf(unrecorded.pid, LAUNCH_VARIABLE) ?? record.launchId;
  const uncertain = { inputsHash: '', wasHealthy: false, isProven: false };
  return { ...record, ...uncertain, launchId, identity: unrecorded };
}

/** Every agent of this storage that runs, noted or not. */
export function processesOf(storageFolder: string): readonly ProcessIdentity[] {
  return findLeadersByEnvironment(FOLDER_VARIABLE, storageFolder);
}
