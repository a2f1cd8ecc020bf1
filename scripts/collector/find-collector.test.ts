import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cachedCollector } from './cache.ts';
import { findCollector } from './find-collector.ts';
import { downloadRelease } from './release.ts';

const COMPLETE = `receivers:
    - name: hostmetrics
    - name: prometheus
exporters:
    - name: debug
extensions:
    - name: opamp
`;
const said: string[] = [];
const progress = { say: (text: string) => void said.push(text), update: () => {} };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-find-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers `components` as a Collector with these would. */
function fakeCollector(path: string, components: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${components}END\n`, { mode: 0o755 });
  return path;
}

describe('finding a Collector', () => {
  const environment = (): NodeJS.ProcessEnv => ({
    PATH: join(folder, 'bin'),
    DROVER_CACHE_DIR: join(folder, 'cache'),
  });

  test('the one that is named comes first', async () => {
    const named = fakeCollector(join(folder, 'named'), COMPLETE);
    fakeCollector(join(folder, 'bin/otelcol'), COMPLETE);
    const env = { ...environment(), OTEL_COLLECTOR_BINARY: named };
    expect(await findCollector({ env, progress, mayFetch: false })).toEqual({ kind: 'found', path: named });
  });

  test('each place that does not serve says why before the next is tried', async () => {
    fakeCollector(join(folder, 'bin/otelcol-contrib'), COMPLETE.replace('opamp', 'zpages'));
    const good = fakeCollector(join(folder, 'bin/otelcol'), COMPLETE);
    const env = { ...environment(), OTEL_COLLECTOR_BINARY: join(folder, 'absent') };
    expect(await findCollector({ env, progress, mayFetch: false })).toEqual({ kind: 'found', path: good });
    expect(said).toEqual([
      `from OTEL_COLLECTOR_BINARY: ${join(folder, 'absent')} is no executable file`,
      `from PATH: ${join(folder, 'bin/otelcol-contrib')} lacks extension opamp`,
    ]);
  });

  test('the cache is asked after the path, and all reasons are in the answer', async () => {
    const env = environment();
    const missing = await findCollector({ env, progress, mayFetch: false });
    expect(missing).toMatchObject({ kind: 'missing', reason: expect.stringContaining('from the cache') });
    const cached = fakeCollector(cachedCollector(env), COMPLETE);
    expect(await findCollector({ env, progress, mayFetch: false })).toEqual({ kind: 'found', path: cached });
  });
});

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the official release', () => {
  let server: Server;
  let base: string;
  let archive: Buffer;
  let sum: string;

  beforeEach(async () => {
    fakeCollector(join(folder, 'release/otelcol-contrib'), COMPLETE);
    const file = join(folder, 'release.tar.gz');
    execFileSync('tar', ['-czf', file, '-C', join(folder, 'release'), 'otelcol-contrib']);
    archive = readFileSync(file);
    sum = createHash('sha256').update(archive).digest('hex');
    server = createServer((request, response) => {
      const name = request.url?.split('/').at(-1) ?? '';
      const names = `${'0'.repeat(64)}  other.tar.gz\n${sum}  otelcol-contrib_0.149.0_linux_amd64.tar.gz\n`;
      response.end(name.endsWith('_checksums.txt') ? names : archive);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => server.close(done)));

  test('is used when its checksum is the published one', async () => {
    const target = join(folder, 'otelcol-drover');
    expect(await downloadRelease(target, progress, base)).toEqual({ kind: 'found', path: target });
    expect(readFileSync(target, 'utf8')).toContain('opamp');
  });

  test('is not used when it differs from the published checksum', async () => {
    sum = 'f'.repeat(64);
    const target = join(folder, 'otelcol-drover');
    const result = await downloadRelease(target, progress, base);
    expect(result).toMatchObject({ kind: 'missing', reason: expect.stringContaining('not used') });
    expect(existsSync(target)).toBe(false);
  });

  test('a machine without a way there is told the cause', async () => {
    const result = await downloadRelease(join(folder, 'x'), progress, 'http://127.0.0.1:1');
    expect(result).toMatchObject({
      kind: 'missing',
      reason: expect.stringMatching(/failed: fetch failed \(.+\)/),
    });
  });
});
