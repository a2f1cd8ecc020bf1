import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const inflate = promisify(gunzip);
/** Of a gzip file: header and trailer (RFC 1952). */
const GZIP_MIN_BYTES = 18;

export type OtlpBody =
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

const refused = (status: number, message: string): OtlpBody => ({ kind: 'refused', status, message });

/** Bytes of bodies in flight together, as they came and inflated. */
export class BodyBudget {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False, and nothing taken, where there is no room. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/**
 * The body of an export, gzip or plain, at most `maxBytes` as it came and inflated. `use` gets it; what it takes of the budget is released when this resolves.
 */
export async function withOtlpBody<T>(
  request: IncomingMessage,
  { maxBytes, budget }: { readonly maxBytes: number; readonly budget: BodyBudget },
  use: (body: OtlpBody) => T,
): Promise<T> {
  let taken = 0;
  const take = (bytes: number): boolean => {
    if (!budget.take(bytes)) return false;
    taken += bytes;
    return true;
  };
  try {
    return use(await read(request, maxBytes, take));
  } finally {
    budget.release(taken);
  }
}

async function read(
  request: IncomingMessage,
  maxBytes: number,
  take: (bytes: number) => boolean,
): Promise<OtlpBody> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    return refused(415, `the content encoding "${encoding}" is not known here: send gzip or none`);
  const tooLarge = refused(413, `an export has at most ${maxBytes} bytes, also when it is inflated`);
  const full = refused(503, 'too much is being read at this moment');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return tooLarge;
    if (!take(chunk.length)) return full;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (encoding === 'identity') return { kind: 'body', bytes: body };
  // What it says of its own size is taken from the budget, and it gets no more.
  const inflatedBytes = body.length < GZIP_MIN_BYTES ? 0 : body.readUInt32LE(body.length - 4);
  if (inflatedBytes > maxBytes) return tooLarge;
  if (!take(inflatedBytes)) return full;
  try {
    return { kind: 'body', bytes: await inflate(body, { maxOutputLength: Math.max(1, inflatedBytes) }) };
  } catch {
    return refused(400, 'the body is no gzip of the size that it gives');
  }
}
