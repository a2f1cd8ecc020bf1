/** A package that an agent has (specification: PackageStatus Message). */
export interface InstalledPackage {
  /** For people. */
  readonly version: string;
  /** As the server gave it; opaque. */
  readonly hash: Uint8Array;
  /** SHA-256 of the file that it was installed from; empty where it is not known. The same content is not downloaded again. */
  readonly contentHash: Uint8Array;
  /** False for one that is on the host without the server's doing: it is reported, and never removed. */
  readonly isFromServer: boolean;
}

/** A package that is to be put in place of what is there under its name (specification: PackageAvailable Message). */
export interface PackageToInstall {
  /** May be empty for a single top-level package. The server's: never use it as a path unchecked. */
  readonly name: string;
  /** The agent itself, or an addition to it. */
  readonly kind: 'top_level' | 'addon';
  /** For people. */
  readonly version: string;
  /** Opaque; `installed` gives it back. */
  readonly hash: Uint8Array;
  /** SHA-256 of the file; `installed` gives it back. */
  readonly contentHash: Uint8Array;
  /** Detached, of a scheme that agent and publisher agree on; empty where there is none. Check it before anything of the file runs. */
  readonly signature: Uint8Array;
  /** The downloaded file, its content hash verified. It is removed after the call; undefined where the content is the one that is installed. */
  readonly file: string | undefined;
}

/**
 * The agent's packages, which only the host knows how to install. The client compares offers, downloads, verifies and reports
 * (specification: Packages). Calls never overlap; a rejection is reported to the server with its message.
 */
export interface PackageStore {
  /** Where files are downloaded to; kept over restarts, so that downloads resume. */
  readonly downloadFolder: string;
  /** What the agent has now, by name; asked at the start and for each offer. */
  installed(): Promise<ReadonlyMap<string, InstalledPackage>>;
  /** What `saveOffer` was given last, or undefined. */
  lastOffer(): Promise<Uint8Array | undefined>;
  /** The hash of an offer that was dealt with, wholly or not: it is not tried again. */
  saveOffer(allPackagesHash: Uint8Array): Promise<void>;
  /** All or nothing: when it rejects, what was there before still works. */
  install(toInstall: PackageToInstall): Promise<void>;
  /** Takes away one that came from the server and is offered no more. */
  remove(name: string): Promise<void>;
}
