import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp, type HttpApp } from './app.ts';
import { ConsoleFiles } from './console-files.ts';
import { consoleRoutes } from './console-routes.ts';

const LARGE = 'export const x = 1;\n'.repeat(500);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(
    join(folder, 'index.html'),
    '<html><head><base href="/" /><meta name="drover-build" content="__DROVER_BUILD__" /><meta property="csp-nonce" nonce="__CSP_NONCE__"></head></html>',
  );
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'assets', 'app-1a2b.js'), 'x');
  await writeFile(join(folder, 'assets', 'large-1a2b.js'), LARGE);
  await writeFile(join(folder, '..', 'drover-secret'), 'secret').catch(() => {});
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(join(folder, '..', 'drover-secret'), { force: true });
});

function app(pathPrefix = ''): Promise<HttpApp> {
  return createHttpApp({
    log: pino({ level: 'silent' }),
    version: '0',
    pathPrefix,
    maxBodyBytes: 1000,
    bodyTimeoutMs: 1000,
    isSecure: false,
    guard: () => {},
    api: [],
    root: [consoleRoutes({ pathPrefix, files: new ConsoleFiles(folder) })],
  });
}

const get = async (on: HttpApp, url: string) => on.fastify.inject({ url });

describe('the console', () => {
  it('is its page at every address that is no file', async () => {
    const on = await app();
    for (const url of ['/', '/agents', '/configs/my.config', '/login?token=x']) {
      const { statusCode, headers } = await get(on, url);
      expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('carries its build, which is another one as soon as another console is served', async () => {
    const files = new ConsoleFiles(folder);
    const build = files.build();
    expect(build).toMatch(/^[0-9a-f]{16}$/);
    expect(files.page('/', 'x')).toContain(`content="${build}"`);
    const path = join(folder, 'index.html');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('<head>', '<head><title>next</title>'));
    await utimes(path, 1, 1);
    expect(files.build()).not.toBe(build);
    await writeFile(path, text);
    expect(files.build()).toBe(build);
    expect(new ConsoleFiles(join(folder, 'none')).build()).toBeUndefined();
  });

  it('has a nonce of its own in each answer, which the policy names', async () => {
    const on = await app();
    const nonces = new Set<string>();
    for (let i = 0; i < 2; i += 1) {
      const { body, headers } = await get(on, '/');
      const nonce = /nonce="([^"]+)"/.exec(body)?.[1] ?? '';
      expect(nonce).not.toContain('CSP_NONCE');
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  });

  it('finds its files from any depth and behind any prefix', async () => {
    const base = (body: string) => /<base href="([^"]*)"/.exec(body)?.[1];
    const plain = await app();
    expect(base((await get(plain, '/')).body)).toBe('./');
    expect(base((await get(plain, '/agents/abc')).body)).toBe('../');
    const prefixed = await app('/fleet/drover');
    expect(base((await get(prefixed, '/fleet/drover/agents/abc')).body)).toBe('../');
    expect((await get(prefixed, '/fleet/drover/favicon.svg')).statusCode).toBe(200);
    expect((await get(prefixed, '/agents')).statusCode).toBe(404);
  });

  it('has files that may be kept for ever where their name has a hash', async () => {
    const on = await app();
    const hashed = await get(on, '/assets/app-1a2b.js');
    expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(hashed.headers['content-type']).toMatch(/javascript/);
    expect((await get(on, '/favicon.svg')).headers['cache-control']).toBe(
      'public, max-age=0, must-revalidate',
    );
  });

  it('sends its large files compressed as the browser accepts', async () => {
    const on = await app();
    const ask = (encoding: string) =>
      on.fastify.inject({ url: '/assets/large-1a2b.js', headers: { 'accept-encoding': encoding } });
    const encodings: [string, string | undefined][] = [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['identity', undefined],
    ];
    for (const [accepted, expected] of encodings) {
      const { headers, rawPayload } = await ask(accepted);
      expect(headers['content-encoding']).toBe(expected);
      expect(headers['content-type']).toMatch(/javascript/);
      expect(headers.vary).toBe('accept-encoding');
      expect(headers['cache-control']).toMatch(/immutable/);
      expect(rawPayload.length < LARGE.length).toBe(expected !== undefined);
    }
    const unpacked = brotliDecompressSync((await ask('br')).rawPayload);
    expect(unpacked.toString()).toBe(LARGE);
  });

  it('has no page for a file that is gone, nor for an address of the interface', async () => {
    const on = await app();
    expect((await get(on, '/assets/app-old.js')).statusCode).toBe(404);
    expect((await get(on, '/api/nothing')).statusCode).toBe(404);
  });

  it('gives nothing from outside its folder', async () => {
    const on = await app();
    for (const url of [
      '/../drover-secret',
      '/%2e%2e/drover-secret',
      '/..%2fdrover-secret',
      '/assets/..%2f..%2fdrover-secret',
    ]) {
      expect((await get(on, url)).body).not.toBe('secret');
    }
  });
});
