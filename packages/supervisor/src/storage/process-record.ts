import { join } from 'node:path';
import { durableFile } from './durable-file.ts';

/** What identifies one process on one boot of one host: a pid alone is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; differs for every process that ever has this pid. */
  readonly startMark: string;
}

/** Stands in `remoteHash` where the fallback configuration runs; no hash is written so. */
export const FALLBACK_MARK = 'fallback';

/** The agent process that this storage is responsible for, so that the next supervisor can adopt it. */
export interface ProcessRecord {
  /** Written into the agent's environment before it starts: finds the process even if the supervisor died before it knew the pid. */
  readonly launchId: string;
  readonly identity: ProcessIdentity | undefined;
  readonly startedAtMs: number;
  /** Hash of the remote configuration that it runs, or `FALLBACK_MARK`; undefined = the local one. */
  readonly remoteHash: string | undefined;
  /** Hash of all that the running configuration and command line were made of. */
  readonly inputsHash: string;
  /** Hash of what it can only be given at its start. */
  readonly launchHash: string;
  /** It has been healthy on this configuration. */
  readonly wasHealthy: boolean;
  /** It was healthy for the whole stability window. */
  readonly isProven: boolean;
  /** Where and how it speaks to us, the same for all its life. */
  readonly localPort: number;
  readonly localToken: string;
  /** Where it answers us; 0 = nowhere. */
  readonly probePort: number;
}

export interface ProcessRecordStore {
  load(): ProcessRecord | undefined;
  save(record: ProcessRecord): void;
}

export function processRecordStore(folder: string): ProcessRecordStore {
  const file = durableFile(join(folder, 'process.json'), fromJson);
  return { load: () => file.read(), save: (record) => file.write(record) };
}

function fromJson(json: unknown): ProcessRecord | undefined {
  const record = json as ProcessRecord;
  const isWhole =
    typeof record.launchId === 'string' &&
    typeof record.localPort === 'number' &&
    typeof record.localToken === 'string' &&
    typeof record.inputsHash === 'string';
  // A record without what came later is one of a Collector.
  return isWhole
    ? { ...record, launchHash: record.launchHash ?? '', probePort: record.probePort ?? 0 }
    : undefined;
}
