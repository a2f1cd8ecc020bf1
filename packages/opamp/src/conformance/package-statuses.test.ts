import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InstalledPackage, PackageStore, PackageToInstall } from '../client/package-store.ts';
import { PackageStatusEnum, type PackageStatuses } from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { type FakeServer, type ServerMessageInit, startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';

const {
  PackageStatusEnum_Installed: INSTALLED,
  PackageStatusEnum_InstallPending: PENDING,
  PackageStatusEnum_Installing: INSTALLING,
  PackageStatusEnum_InstallFailed: FAILED,
  PackageStatusEnum_Downloading: DOWNLOADING,
} = PackageStatusEnum;
const CONTENT = Buffer.alloc(300_000, 'x');
const CONTENT_HASH = new Uint8Array(createHash('sha256').update(CONTENT).digest());
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function startDownloads() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(CONTENT);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: `http://127.0.0.1:${port}/file`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opamp-statuses-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function packagesIn(downloadFolder: string) {
  const installed = new Map<string, InstalledPackage>();
  const given: PackageToInstall[] = [];
  const test = { refuses: (_each: PackageToInstall): string | undefined => undefined };
  let offer: Uint8Array | undefined;
  const store: PackageStore = {
    downloadFolder,
    installed: async () => new Map(installed),
    lastOffer: async () => offer,
    saveOffer: async (hash) => {
      offer = hash;
    },
    install: async (each) => {
      given.push(each);
      for (let count = 0; count < 5; count++) await turn();
      const reason = test.refuses(each);
      if (reason !== undefined) throw new Error(reason);
      const { version, hash, contentHash } = each;
      installed.set(each.name, { version, hash, contentHash, isFromServer: true });
    },
    remove: async (name) => {
      if (name === 'stuck') throw new Error('cannot be removed');
      installed.delete(name);
    },
  };
  return Object.assign(test, { store, installed, given });
}

/** Reports of packages from the offer on, until every package has its last word under this hash. */
async function statusesAfter(server: FakeServer, offer: ServerMessageInit, hash: Uint8Array) {
  const reports: PackageStatuses[] = [];
  let next: ServerMessageInit = offer;
  for (;;) {
    const { message, answer } = await server.received.take();
    answer(next);
    next = {};
    const { packageStatuses } = message;
    if (packageStatuses === undefined) continue;
    if (Buffer.compare(packageStatuses.serverProvidedAllPackagesHash, hash) !== 0) continue;
    reports.push(packageStatuses);
    const isFinal = Object.values(packageStatuses.packages).every(
      ({ status }) => status === INSTALLED || status === FAILED,
    );
    if (isFinal) return { reports, last: packageStatuses };
  }
}

const capabilities = ['AcceptsPackages', 'ReportsPackageStatuses', 'ReportsHeartbeat'] as const;

describe.each<Transport>(['websocket', 'http'])('package statuses over %s', (transport) => {
  /** A client that has said what it has, and offers to it. */
  async function bench(packages: ReturnType<typeof packagesIn>) {
    const stack = new AsyncDisposableStack();
    const server = stack.use(await startFakeServer(transport));
    const downloads = stack.use(await startDownloads());
    const options = { capabilities, packages: packages.store, packageProgressMs: 0 };
    const tested = stack.use(startTestClient(server, { ...options, heartbeatIntervalMs: 5 }));
    const file = { downloadUrl: downloads.url, contentHash: CONTENT_HASH };
    return {
      ...tested,
      server,
      downloads,
      of: (version: string, extra: object = {}) => ({
        version,
        hash: new Uint8Array(Buffer.from(`opaque ${version}`)),
        file: { ...file, ...extra },
      }),
      offer: (offered: Record<string, object>, allPackagesHash: Uint8Array) =>
        statusesAfter(
          server,
          { capabilities: 0x19n, packagesAvailable: { packages: offered, allPackagesHash } },
          allPackagesHash,
        ),
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    };
  }

  test('every report names every package by its key, with what each state must and must not say', async () => {
    const packages = packagesIn(folder);
    packages.installed.set('local', {
      version: '0',
      hash: Uint8Array.of(1),
      contentHash: new Uint8Array(),
      isFromServer: false,
    });
    await using it = await bench(packages);
    const { reports, last } = await it.offer(
      { a: it.of('1'), b: it.of('2'), '': it.of('3') },
      Uint8Array.of(9),
    );
    const seen = new Set<PackageStatusEnum>();
    for (const { packages: all, errorMessage } of reports) {
      expect(errorMessage).toBe('');
      expect(Object.keys(all)).toContain('local');
      if (all.a !== undefined) expect(Object.keys(all).toSorted()).toEqual(['', 'a', 'b', 'local']);
      for (const [name, each] of Object.entries(all)) {
        expect(each.name).toBe(name);
        expect(each.errorMessage).toBe('');
        if (name === 'local') {
          expect([each.serverOfferedVersion, each.serverOfferedHash.length]).toEqual(['', 0]);
          continue;
        }
        seen.add(each.status);
        expect(each.serverOfferedHash.length).toBeGreaterThan(0);
        expect(each.serverOfferedVersion).not.toBe('');
        const hasIt = each.status === INSTALLED;
        expect([each.agentHasVersion !== '', each.agentHasHash.length > 0]).toEqual([hasIt, hasIt]);
        if (each.status !== DOWNLOADING) expect(each.downloadDetails).toBeUndefined();
      }
    }
    expect(last.packages.a?.agentHasHash).toEqual(last.packages.a?.serverOfferedHash);
    if (transport === 'websocket')
      expect(seen).toEqual(new Set([PENDING, DOWNLOADING, INSTALLING, INSTALLED]));
    expect(packages.given.map(({ name, kind }) => [name, kind]).toSorted()).toEqual([
      ['', 'top_level'],
      ['a', 'top_level'],
      ['b', 'top_level'],
    ]);
    expect(it.downloads.asked).toHaveLength(3);
  });

  test('progress is in percent and bytes a second, while it lasts', async () => {
    const packages = packagesIn(folder);
    await using it = await bench(packages);
    const { reports } = await it.offer({ a: it.of('1') }, Uint8Array.of(9));
    const details = reports.flatMap(({ packages: { a } }) => a?.downloadDetails ?? []);
    for (const { downloadPercent, downloadBytesPerSecond } of details) {
      expect(downloadPercent).toBeGreaterThan(0);
      expect(downloadPercent).toBeLessThanOrEqual(100);
      expect(downloadBytesPerSecond).toBeGreaterThan(0);
    }
    if (transport === 'websocket') expect(details.length).toBeGreaterThan(0);
  });

  test('a first install that fails leaves nothing, an upgrade that fails the old version; success clears the error', async () => {
    const packages = packagesIn(folder);
    packages.refuses = ({ signature }) => (signature[0] === 0xbd ? 'the signature is wrong' : undefined);
    await using it = await bench(packages);
    const badly = (version: string) => it.of(version, { signature: Uint8Array.of(0xbd) });
    const first = (await it.offer({ a: badly('1') }, Uint8Array.of(1))).last.packages.a;
    expect(first).toMatchObject({
      status: FAILED,
      agentHasVersion: '',
      errorMessage: 'the signature is wrong',
    });
    expect(first?.agentHasHash).toHaveLength(0);
    expect(first?.serverOfferedHash.length).toBeGreaterThan(0);
    const second = (await it.offer({ a: it.of('2') }, Uint8Array.of(2))).last.packages.a;
    expect(second).toMatchObject({ status: INSTALLED, agentHasVersion: '2', errorMessage: '' });
    const third = (await it.offer({ a: badly('3') }, Uint8Array.of(3))).last.packages.a;
    expect(third).toMatchObject({ status: FAILED, agentHasVersion: '2', serverOfferedVersion: '3' });
    expect(packages.given.map(({ signature }) => [...signature])).toEqual([[0xbd], [], [0xbd]]);
  });

  test('the same aggregate hash is dealt with, whatever came of it: nothing is fetched or installed again', async () => {
    const packages = packagesIn(folder);
    packages.refuses = ({ name }) => (name === 'bad' ? 'no' : undefined);
    await using it = await bench(packages);
    const offered = { good: it.of('1'), bad: it.of('2') };
    await it.offer(offered, Uint8Array.of(1));
    const fetched = it.downloads.asked.length;
    const packagesAvailable = { packages: offered, allPackagesHash: Uint8Array.of(1) };
    for (let count = 0; count < 10; count++) (await it.server.received.take()).answer({ packagesAvailable });
    expect([it.downloads.asked.length, packages.given.length]).toEqual([fetched, 2]);
    const changed = { ...it.of('1'), hash: Uint8Array.of(7) };
    await it.offer({ ...offered, good: changed }, Uint8Array.of(2));
    const again = packages.given.slice(2).map(({ name, file }) => [name, file === undefined]);
    expect(again.toSorted()).toEqual([
      ['bad', false],
      ['good', true],
    ]);
  });

  test('a content hash that is no SHA-256 is compared and not verified', async () => {
    const packages = packagesIn(folder);
    await using it = await bench(packages);
    const contentHash = Uint8Array.of(1, 2, 3);
    const { last } = await it.offer({ a: it.of('1', { contentHash }) }, Uint8Array.of(1));
    expect(last.packages.a?.status).toBe(INSTALLED);
    await it.offer({ a: it.of('2', { contentHash }) }, Uint8Array.of(2));
    expect(it.downloads.asked).toHaveLength(1);
  });

  test('an add-on is one, and what is of no package is said of all of them', async () => {
    const packages = packagesIn(folder);
    packages.installed.set('stuck', {
      version: '0',
      hash: Uint8Array.of(1),
      contentHash: new Uint8Array(),
      isFromServer: true,
    });
    await using it = await bench(packages);
    const { last } = await it.offer({ tool: { ...it.of('1'), type: 1 } }, Uint8Array.of(4));
    expect(packages.given.map(({ kind }) => kind)).toEqual(['addon']);
    expect(last.packages.tool?.errorMessage).toBe('');
    expect(last.errorMessage).toContain('cannot be removed');
    const { last: next } = await it.offer({ stuck: it.of('2'), tool: it.of('3') }, Uint8Array.of(5));
    expect(next.errorMessage).toBe('');
  });
});
