import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TargetTls } from './connection-target.ts';
import { headersFor, isRedirect, redirectedUrl } from './redirects.ts';

export interface Download {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the content; of another length it is not checked, as it then is no SHA-256. */
  readonly contentHash: Uint8Array;
  /** A file that is there already is gone on with. */
  readonly path: string;
  readonly maxBytes: number;
  readonly tls: TargetTls | undefined;
  readonly signal: AbortSignal;
  /** `totalBytes` is undefined where the server does not say. */
  readonly progress: (bytes: number, totalBytes: number | undefined) => void;
}

const MAX_REDIRECTS = 5;
const MAX_ATTEMPTS = 4;
const SILENCE_MS = 30_000;
const SHA256_BYTES = 32;

/** Leaves the whole file at `path`, or rejects: with what came so far kept where it can be gone on with. */
export async function download(wanted: Download): Promise<void> {
  await mkdir(dirname(wanted.path), { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(wanted);
      break;
    } catch (error) {
      const isFinal = error instanceof DownloadRefused || wanted.signal.aborted;
      if (isFinal || attempt === MAX_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 4 ** attempt));
    }
  }
  if (wanted.contentHash.length !== SHA256_BYTES) return;
  const digest = createHash('sha256');
  await pipeline(createReadStream(wanted.path), digest);
  if (Buffer.compare(digest.digest(), wanted.contentHash) === 0) return;
  await rm(wanted.path, { force: true });
  throw new DownloadRefused(`the content of ${wanted.url} does not have the offered SHA-256`);
}

/** Asking again would not help. */
class DownloadRefused extends Error {}

async function fetchRest(wanted: Download): Promise<void> {
  const have = await sizeOf(wanted.path);
  const { response, status } = await get(wanted, have);
  if (status === 416) {
    // What is there is not the beginning of what the server has.
    response.resume();
    await rm(wanted.path, { force: true });
    throw new Error(`${wanted.url} has other content by now`);
  }
  if (status !== 200 && status !== 206) {
    response.destroy();
    const text = `${wanted.url} was answered with HTTP ${status}`;
    throw status >= 500 || status === 429 ? new Error(text) : new DownloadRefused(text);
  }
  const start = status === 206 ? startOf(response) : 0;
  if (start !== 0 && start !== have) throw new DownloadRefused(`${wanted.url}: the range begins at ${start}`);
  const length = Number(response.headers['content-length']);
  const total = Number.isFinite(length) ? start + length : undefined;
  let bytes = start;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > wanted.maxBytes) {
        done(new DownloadRefused(`${wanted.url} has more than ${wanted.maxBytes} bytes`));
        return;
      }
      wanted.progress(bytes, total);
      done(null, chunk);
    },
  });
  response.setTimeout(SILENCE_MS, () => response.destroy(new Error(`${wanted.url} sends nothing`)));
  const file = createWriteStream(wanted.path, { flags: start === 0 ? 'w' : 'a', mode: 0o600 });
  await pipeline(response, counting, file, { signal: wanted.signal });
  if (total !== undefined && bytes < total) throw new Error(`${wanted.url} was cut off`);
}

async function get(
  { url, headers, tls, signal, maxBytes }: Download,
  have: number,
): Promise<{ response: IncomingMessage; status: number }> {
  const first = new URL(url);
  if (first.protocol !== 'http:' && first.protocol !== 'https:')
    throw new DownloadRefused(`${url} is neither http nor https`);
  let at = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const sent = headersFor(headers, at.origin === first.origin);
    const response = await ask(at, have === 0 ? sent : { ...sent, Range: `bytes=${have}-` }, tls, signal);
    const status = response.statusCode ?? 0;
    if (!isRedirect(status)) {
      if (Number(response.headers['content-length']) > maxBytes) {
        response.destroy();
        throw new DownloadRefused(`${url} has more than ${maxBytes} bytes`);
      }
      return { response, status };
    }
    response.resume();
    try {
      at = redirectedUrl(at, response.headers.location);
    } catch (error) {
      throw new DownloadRefused(`${url}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new DownloadRefused(`${url} redirects more than ${MAX_REDIRECTS} times`);
}

function ask(
  url: URL,
  headers: Record<string, string>,
  tls: TargetTls | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { ca, servername: _ofOpamp, ...rest } = tls ?? {};
  return new Promise((resolve, reject) => {
    const options = {
      ...rest,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
      headers: { 'Accept-Encoding': 'identity', ...headers },
      signal,
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`${url.origin} does not answer`)));
    request.on('error', reject).end();
  });
}

function startOf(response: IncomingMessage): number {
  const start = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1];
  return start === undefined ? Number.NaN : Number(start);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
