import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { OpampError } from '../errors.ts';
import {
  type PackageAvailable,
  type PackageStatus,
  PackageStatusEnum,
  PackageStatusesSchema,
  PackageStatusSchema,
  type PackagesAvailable,
  PackageType,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { TargetTls } from './connection-target.ts';
import { download } from './package-download.ts';
import type { InstalledPackage, PackageStore } from './package-store.ts';

export interface PackageSyncOptions {
  readonly store: PackageStore;
  readonly maxPackageBytes: number;
  /** Between two reports of progress. */
  readonly progressMs: number;
  readonly tls: () => TargetTls | undefined;
  /** The statuses are to be reported, encoded. */
  readonly report: (encoding: Uint8Array) => void;
  readonly failed: (error: OpampError) => void;
}

const { PackageStatusEnum_Installed: INSTALLED, PackageStatusEnum_InstallPending: PENDING } =
  PackageStatusEnum;
const { PackageStatusEnum_Installing: INSTALLING, PackageStatusEnum_Downloading: DOWNLOADING } =
  PackageStatusEnum;
const { PackageStatusEnum_InstallFailed: FAILED } = PackageStatusEnum;
const NO_HASH = new Uint8Array(0);
const FILE_NAME = /^[0-9a-f]{64}$/;

/**
 * Brings the agent's packages to what was offered last, one after the other (specification: Downloading Packages). An offer is
 * dealt with once: what failed is tried again with the next offer of another hash.
 */
export class PackageSync {
  readonly #options: PackageSyncOptions;
  readonly #statuses = new Map<string, PackageStatus>();
  readonly #stop = new AbortController();
  #allHash: Uint8Array = NO_HASH;
  #errorMessage = '';
  #waiting: PackagesAvailable | undefined = undefined;
  #running: Promise<void> | undefined = undefined;
  #reportedAtMs = 0;

  constructor(options: PackageSyncOptions) {
    this.#options = options;
  }

  /** Reports what is installed. */
  start(): void {
    this.#running = this.#load().finally(() => this.#next());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waiting = undefined;
    await this.#running;
  }

  receive(offer: PackagesAvailable): void {
    // A server repeats its offer until it sees the hash in a status: that must not interrupt what is under way.
    if (
      isSameHash(offer.allPackagesHash, (this.#waiting ?? { allPackagesHash: this.#allHash }).allPackagesHash)
    )
      return;
    // Bytes of a message are views on the buffer that it came in.
    this.#waiting = structuredClone(offer);
    if (this.#running === undefined) this.#next();
  }

  #next(): void {
    const offer = this.#waiting;
    this.#waiting = undefined;
    this.#running =
      offer === undefined || this.#stop.signal.aborted
        ? undefined
        : this.#sync(offer).finally(() => this.#next());
  }

  async #load(): Promise<void> {
    try {
      for (const [name, installed] of await this.#options.store.installed())
        this.#statuses.set(name, statusOf(name, installed));
      this.#allHash = (await this.#options.store.lastOffer()) ?? NO_HASH;
    } catch (error) {
      this.#fail('', error);
    }
    this.#report();
  }

  async #sync(offer: PackagesAvailable): Promise<void> {
    if (offer.allPackagesHash.length > 0 && Buffer.compare(offer.allPackagesHash, this.#allHash) === 0)
      return;
    const { store } = this.#options;
    this.#allHash = offer.allPackagesHash;
    this.#errorMessage = '';
    try {
      const installed = await store.installed();
      await this.#removeOthers(installed, offer);
      const wanted = Object.entries(offer.packages).filter(([name, { hash }]) => {
        const has = installed.get(name);
        return has === undefined || hash.length === 0 || Buffer.compare(has.hash, hash) !== 0;
      });
      await this.#removeRests(new Set(wanted.map(([name, each]) => fileNameOf(name, each))));
      for (const [name, each] of wanted) this.#mark(name, installed.get(name), each, PENDING);
      for (const [name, each] of wanted) {
        if (this.#waiting !== undefined || this.#stop.signal.aborted) return;
        await this.#installOne(name, installed.get(name), each);
      }
      await store.saveOffer(offer.allPackagesHash);
    } catch (error) {
      this.#fail('', error);
    }
    this.#report();
  }

  /** What came from the server and is not offered any more goes; what was on the host stays (specification: Downloading Packages). */
  async #removeOthers(
    installed: ReadonlyMap<string, InstalledPackage>,
    offer: PackagesAvailable,
  ): Promise<void> {
    for (const name of this.#statuses.keys())
      if (!installed.has(name) && offer.packages[name] === undefined) this.#statuses.delete(name);
    for (const [name, { isFromServer }] of installed) {
      if (!isFromServer || Object.hasOwn(offer.packages, name)) continue;
      try {
        await this.#options.store.remove(name);
        this.#statuses.delete(name);
      } catch (error) {
        this.#fail(`package "${name}" was not removed: `, error);
      }
    }
  }

  /** Downloads that nobody will go on with. */
  async #removeRests(wanted: ReadonlySet<string>): Promise<void> {
    const { downloadFolder } = this.#options.store;
    const names = await readdir(downloadFolder).catch(() => []);
    for (const name of names)
      if (FILE_NAME.test(name) && !wanted.has(name)) await rm(join(downloadFolder, name), { force: true });
  }

  async #installOne(
    name: string,
    has: InstalledPackage | undefined,
    offered: PackageAvailable,
  ): Promise<void> {
    const contentHash = offered.file?.contentHash ?? NO_HASH;
    const hasContent =
      has !== undefined && contentHash.length > 0 && Buffer.compare(has.contentHash, contentHash) === 0;
    const path = join(this.#options.store.downloadFolder, fileNameOf(name, offered));
    try {
      if (!hasContent) await this.#download(name, has, offered, path);
      this.#mark(name, has, offered, INSTALLING);
      const { version, hash } = offered;
      const isTopLevel = offered.type === PackageType.PackageType_TopLevel;
      try {
        await this.#options.store.install({
          name,
          kind: isTopLevel ? 'top_level' : 'addon',
          version,
          hash,
          contentHash,
          signature: offered.file?.signature ?? NO_HASH,
          file: hasContent ? undefined : path,
        });
      } finally {
        await rm(path, { force: true });
      }
      this.#mark(name, { version, hash, contentHash, isFromServer: true }, offered, INSTALLED);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#mark(name, has, offered, FAILED, message);
      this.#options.failed(
        new OpampError('package_failed', `package "${name}": ${message}`, { cause: error }),
      );
    }
  }

  async #download(
    name: string,
    has: InstalledPackage | undefined,
    { file, ...offered }: PackageAvailable,
    path: string,
  ): Promise<void> {
    if (file === undefined) throw new Error('the offer names no file');
    const startedAtMs = Date.now();
    const status = this.#mark(name, has, offered, DOWNLOADING);
    await download({
      url: file.downloadUrl,
      headers: Object.fromEntries((file.headers?.headers ?? []).map(({ key, value }) => [key, value])),
      contentHash: file.contentHash,
      path,
      maxBytes: this.#options.maxPackageBytes,
      tls: this.#options.tls(),
      signal: this.#stop.signal,
      progress: (bytes, totalBytes) => {
        const seconds = Math.max(0.001, (Date.now() - startedAtMs) / 1000);
        const downloadPercent = totalBytes === undefined || totalBytes === 0 ? 0 : (bytes / totalBytes) * 100;
        status.downloadDetails = {
          $typeName: 'opamp.proto.v1.PackageDownloadDetails',
          downloadPercent,
          downloadBytesPerSecond: bytes / seconds,
        };
        if (Date.now() - this.#reportedAtMs >= this.#options.progressMs) this.#report();
      },
    });
  }

  #mark(
    name: string,
    has: InstalledPackage | undefined,
    offered: Pick<PackageAvailable, 'version' | 'hash'>,
    status: PackageStatusEnum,
    errorMessage = '',
  ): PackageStatus {
    const next = create(PackageStatusSchema, {
      name,
      agentHasVersion: has?.version ?? '',
      agentHasHash: has?.hash ?? NO_HASH,
      serverOfferedVersion: offered.version,
      serverOfferedHash: offered.hash,
      status,
      errorMessage,
    });
    this.#statuses.set(name, next);
    this.#report();
    return next;
  }

  #fail(what: string, error: unknown): void {
    this.#errorMessage = `${what}${error instanceof Error ? error.message : error}`;
    this.#options.failed(new OpampError('package_failed', this.#errorMessage, { cause: error }));
  }

  /** All packages, always (specification: PackageStatuses.packages). */
  #report(): void {
    this.#reportedAtMs = Date.now();
    const message = create(PackageStatusesSchema, {
      packages: Object.fromEntries(this.#statuses),
      serverProvidedAllPackagesHash: this.#allHash,
      errorMessage: this.#errorMessage,
    });
    this.#options.report(toBinary(PackageStatusesSchema, message));
  }
}

/** A package's name is the server's: no part of it may become a path. Of other content, what is there is not gone on with. */
function fileNameOf(name: string, { hash, file }: PackageAvailable): string {
  const digest = createHash('sha256').update(name).update('\0').update(hash);
  return digest.update(file?.contentHash ?? NO_HASH).digest('hex');
}

/** An empty hash is like no other, itself included. */
function isSameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length > 0 && Buffer.compare(a, b) === 0;
}

function statusOf(name: string, { version, hash, isFromServer }: InstalledPackage): PackageStatus {
  return create(PackageStatusSchema, {
    name,
    agentHasVersion: version,
    agentHasHash: hash,
    ...(isFromServer ? { serverOfferedVersion: version, serverOfferedHash: hash } : {}),
    status: INSTALLED,
  });
}
