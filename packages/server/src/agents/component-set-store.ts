/** The components that agents have, as reported; agents with the same hash share one. */
export interface ComponentSet {
  /** Lower-case hex. */
  readonly hash: string;
  /** An encoded AvailableComponents. */
  readonly components: Uint8Array;
  readonly firstSeenAtMs: number;
}

export interface ComponentSetStore {
  /** Hashes of all sets, the oldest first. */
  hashes(): Promise<string[]>;
  find(hash: string): Promise<Uint8Array | undefined>;
  /** A set whose hash is there stays as it is. */
  insert(set: ComponentSet): Promise<void>;
  remove(hashes: readonly string[]): Promise<void>;
}
