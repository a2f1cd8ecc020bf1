import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { errorText, type Found, missing } from '../lib/outcome.ts';
import type { Progress } from '../lib/progress.ts';
import { run } from '../lib/run.ts';
import { collectorVersion } from './cache.ts';

const RELEASES = 'https://github.com/open-telemetry/opentelemetry-collector-releases/releases/download';
const CHECKSUMS = 'opentelemetry-collector-releases_otelcol-contrib_checksums.txt';
const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const MACHINES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads the official otelcol-contrib for this platform to `target`, if its SHA-256 is the published one. A
 * machine without a way to GitHub is told so at once.
 */
export async function downloadRelease(
  target: string,
  progress: Progress,
  releases: string = RELEASES,
): Promise<Found<{ path: string }>> {
  const system = SYSTEMS[process.platform];
  const machine = MACHINES[process.arch];
  if (system === undefined || machine === undefined) {
    return missing(
      `there is no official release that this can unpack for ${process.platform} ${process.arch}`,
    );
  }
  const version = collectorVersion();
  const archive = `otelcol-contrib_${version}_${system}_${machine}.tar.gz`;
  const base = `${releases}/v${version}`;
  const folder = mkdtempSync(join(dirname(target), 'download-'));
  try {
    const sums = await get(`${base}/${CHECKSUMS}`, 30_000);
    const published = sumOf(await sums.text(), archive);
    if (published === undefined) return missing(`${base}/${CHECKSUMS} does not name ${archive}`);
    const file = join(folder, archive);
    const actual = await download(`${base}/${archive}`, file, progress);
    if (actual !== published) {
      return missing(`${base}/${archive} has SHA-256 ${actual}, but ${published} is published: not used`);
    }
    const unpacked = await run('tar', ['-xzf', file, '-C', folder, 'otelcol-contrib']);
    if (unpacked.code !== 0) return missing(`unpacking ${archive} failed: ${unpacked.stderr.trim()}`);
    renameSync(join(folder, 'otelcol-contrib'), target);
    return { kind: 'found', path: target };
  } catch (error) {
    return missing(`downloading ${base}/${archive} failed: ${causes(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The SHA-256 of one file out of a checksums file. */
function sumOf(checksums: string, file: string): string | undefined {
  for (const line of checksums.split('\n')) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum !== undefined && /^[0-9a-f]{64}$/.test(sum)) return sum;
  }
  return undefined;
}

async function get(url: string, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

async function download(url: string, file: string, progress: Progress): Promise<string> {
  const response = await get(url, 600_000);
  if (response.body === null) throw new Error(`${url} answered without a body`);
  const hash = createHash('sha256');
  const total = Number(response.headers.get('content-length') ?? 0);
  let bytes = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      progress.update(`downloading ${mebibytes(bytes)}${total > 0 ? ` of ${mebibytes(total)}` : ''} MiB`);
      done(null, chunk);
    },
  });
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  await pipeline(body, watch, createWriteStream(file));
  return hash.digest('hex');
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

/** `fetch failed` alone says nothing: the cause has the reason. */
function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? errorText(error) : `${errorText(error)} (${errorText(cause)})`;
}
