import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  PackageStatusEnum,
  type PackageStatuses,
  PackageStatusesSchema,
  PackagesAvailableSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { startTestServer } from '../testing/test-server.ts';
import { encodePackagesAvailable, type PackagesInit } from '../wire/settings-offer.ts';
import type { InstalledPackage, PackageStore, PackageToInstall } from './package-store.ts';

const { PackageStatusEnum_Installed: INSTALLED, PackageStatusEnum_InstallFailed: FAILED } = PackageStatusEnum;
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

/** Files over HTTP, with ranges and a password; the next answer is ended in its middle once `cutWhen` says so. */
async function startDownloads(files: Readonly<Record<string, Uint8Array>>) {
  const asked: IncomingMessage[] = [];
  const state: { cutWhen: (() => boolean) | undefined } = { cutWhen: undefined };
  const server = createServer((request, response) => {
    asked.push(request);
    const content = files[request.url ?? ''];
    if (request.headers.authorization !== 'Bearer d') response.writeHead(401).end();
    else if (content === undefined) response.writeHead(404).end();
    else {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const rest = content.subarray(start);
      response.writeHead(start === 0 ? 200 : 206, {
        'Content-Length': rest.length,
        ...(start === 0 ? {} : { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` }),
      });
      const { cutWhen } = state;
      if (cutWhen === undefined) {
        response.end(rest);
        return;
      }
      state.cutWhen = undefined;
      response.write(rest.subarray(0, 1000));
      const timer = setInterval(() => {
        if (!cutWhen()) return;
        clearInterval(timer);
        response.destroy();
      }, 1);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    asked,
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Packages in memory. */
function memoryPackages(folder: string) {
  const installed = new Map<string, InstalledPackage>();
  const contents = new Map<string, Buffer>();
  const calls: string[] = [];
  let offer: Uint8Array | undefined;
  const store: PackageStore = {
    downloadFolder: folder,
    installed: async () => new Map(installed),
    lastOffer: async () => offer,
    saveOffer: async (hash) => {
      offer = hash;
    },
    install: async ({ name, file, version, hash, contentHash }: PackageToInstall) => {
      calls.push(`install ${name} ${version}${file === undefined ? ' same content' : ''}`);
      if (version === 'bad') throw new Error('does not start');
      if (file !== undefined) contents.set(name, readFileSync(file));
      installed.set(name, { version, hash, contentHash, isFromServer: true });
    },
    remove: async (name) => {
      calls.push(`remove ${name}`);
      installed.delete(name);
    },
  };
  return { store, installed, contents, calls };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opamp-packages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const CONTENT = new Uint8Array(randomBytes(50_000));
const auth = { headers: [{ key: 'Authorization', value: 'Bearer d' }] };

function offered(downloadUrl: string, version = '1', contentHash = sha256(CONTENT)) {
  const hash = sha256(Buffer.from(`${version}${downloadUrl}`));
  return { version, hash, file: { downloadUrl, contentHash, headers: auth } };
}

/** A client and a server of ours; `sync` offers and waits for the last word on it. */
async function bench(transport: Transport, packages: PackageStore) {
  const server = await startTestServer();
  const tested = startTestClient(server.url(transport), {
    capabilities: ['AcceptsPackages', 'ReportsPackageStatuses', 'ReportsHeartbeat'],
    heartbeatIntervalMs: 20,
    packages,
  });
  const statuses = (): PackageStatuses | undefined => {
    const part = server.opamp.session(tested.client.instanceUid)?.parts.packageStatuses;
    return part && fromBinary(PackageStatusesSchema, part);
  };
  return {
    server,
    tested,
    statuses,
    async sync(init: PackagesInit): Promise<PackageStatuses> {
      const { encoded, hash } = encodePackagesAvailable(init);
      server.wanted = () => ({ packagesAvailable: encoded });
      server.opamp.push([tested.client.instanceUid]);
      for (;;) {
        await server.events.takeWhere(({ changed }) => changed?.includes('packageStatuses') === true);
        const now = statuses();
        const isFinal = Object.values(now?.packages ?? {}).every(
          ({ status }) => status === INSTALLED || status === FAILED,
        );
        if (now !== undefined && isFinal && Buffer.compare(now.serverProvidedAllPackagesHash, hash) === 0)
          return now;
      }
    },
    async [Symbol.asyncDispose]() {
      await tested[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.each<Transport>(['websocket', 'http'])('offered packages over %s', (transport) => {
  test('are downloaded, verified, installed and reported; what did not change is left alone', async () => {
    await using downloads = await startDownloads({ '/a': CONTENT, '/b': CONTENT });
    const { store, contents, calls, installed } = memoryPackages(folder);
    installed.set('local', {
      version: '0',
      hash: Uint8Array.of(1),
      contentHash: Uint8Array.of(),
      isFromServer: false,
    });
    await using it = await bench(transport, store);
    const [a, b] = [offered(downloads.url('/a')), offered(downloads.url('/b'))];
    const first = await it.sync({ a, b });
    expect(Object.keys(first.packages).sort()).toEqual(['a', 'b', 'local']);
    expect(first.packages.a).toMatchObject({
      name: 'a',
      status: INSTALLED,
      agentHasVersion: '1',
      errorMessage: '',
    });
    expect(first.packages.a?.downloadDetails).toBeUndefined();
    expect(first.packages.local).toMatchObject({ serverOfferedVersion: '' });
    expect(contents.get('a')).toEqual(Buffer.from(CONTENT));
    expect(readdirSync(folder)).toEqual([]);
    await it.sync({ a: { ...a, version: '2', hash: Uint8Array.of(2) } });
    expect(calls).toEqual(['install a 1', 'install b 1', 'remove b', 'install a 2 same content']);
    expect(downloads.asked.map(({ url }) => url)).toEqual(['/a', '/b']);
  });

  test('that fail are reported, the version before is kept, and the same offer is not tried again', async () => {
    await using downloads = await startDownloads({ '/a': CONTENT });
    const { store, calls } = memoryPackages(folder);
    await using it = await bench(transport, store);
    await it.sync({ a: offered(downloads.url('/a')) });
    const bad = offered(downloads.url('/a'), 'bad', sha256(Buffer.from('x')));
    for (const [init, message] of [
      [bad, 'SHA-256'],
      [offered(downloads.url('/none'), '3', Uint8Array.of(3)), '404'],
      [offered('file:///etc/passwd', '4', Uint8Array.of(4)), 'neither http nor https'],
      [offered(downloads.url('/a'), 'bad'), 'does not start'],
    ] as const) {
      const { packages } = await it.sync({ a: init });
      expect(packages.a).toMatchObject({
        status: FAILED,
        agentHasVersion: '1',
        serverOfferedVersion: init.version,
      });
      expect(packages.a?.errorMessage).toContain(message);
    }
    it.server.opamp.push([it.tested.client.instanceUid]);
    it.tested.client.setDescription({ identifying: { later: 'yes' } });
    await it.server.events.takeWhere(({ changed }) => changed?.includes('description') === true);
    expect(calls).toEqual(['install a 1', 'install a bad same content']);
  });
});

test('a download that was cut goes on where it ended', async () => {
  await using downloads = await startDownloads({ '/a': CONTENT });
  downloads.cutWhen = () => readdirSync(folder).some((name) => statSync(join(folder, name)).size > 0);
  const { store, contents } = memoryPackages(folder);
  await using it = await bench('websocket', store);
  await it.sync({ a: offered(downloads.url('/a')) });
  expect(contents.get('a')).toEqual(Buffer.from(CONTENT));
  expect(downloads.asked.map(({ headers }) => headers.range)).toEqual([
    undefined,
    expect.stringMatching(/^bytes=\d+-$/),
  ]);
});

test('a file over the limit is not downloaded, and a name is no path', async () => {
  await using downloads = await startDownloads({ '/a': CONTENT });
  await using server = await startFakeServer('websocket');
  const { store, calls } = memoryPackages(folder);
  const name = '../../outside';
  const { encoded } = encodePackagesAvailable({ [name]: offered(downloads.url('/a')) });
  const packagesAvailable = fromBinary(PackagesAvailableSchema, encoded);
  await using tested = startTestClient(server, {
    capabilities: ['AcceptsPackages'],
    packages: store,
    maxPackageBytes: 1000,
  });
  (await server.received.take()).answer({ capabilities: 0x19n, packagesAvailable });
  const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onError');
  expect((args[0] as Error).message).toContain('more than 1000 bytes');
  expect(calls).toEqual([]);
  expect(existsSync(join(folder, '../../outside'))).toBe(false);
});

test('without the capability, or without a store, offers are ignored and counted', async () => {
  const packagesAvailable = { packages: {}, allPackagesHash: Uint8Array.of(1) };
  for (const options of [{ capabilities: [] }, { capabilities: ['AcceptsPackages'] as const }]) {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server, options);
    (await server.received.take()).answer({ capabilities: 0x19n, packagesAvailable, flags: 1n });
    await server.received.take();
    expect(tested.client.ignored).toEqual({ packagesAvailable: 1 });
  }
});
