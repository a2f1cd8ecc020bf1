import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { OpampErrorCode } from '../errors.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { ContentCoding } from './http-headers.ts';

/** A request's body as it was before compression, or why there is none. */
export type BodyOutcome =
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly code: OpampErrorCode; readonly detail: string }
  | { readonly kind: 'gone' };

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly budget: ByteBudget;
}

/** What zlib holds for one stream beside its output. */
const INFLATE_BYTES = 64 * 1024;

/**
 * Reads a body of at most `maxBytes`, also after decompression, with every byte accounted for in the budget while it is
 * held. Calls back once, synchronously as far as the transport does; the reservation ends when the callback returns.
 */
export function readBody(
  request: IncomingMessage,
  coding: ContentCoding,
  limits: BodyLimits,
  done: (outcome: BodyOutcome) => void,
): void {
  const reservation = new Reservation(limits);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.maxBytes) {
    done(tooLarge(`the body has ${declared} bytes`, limits));
    return;
  }
  if (request.destroyed) {
    done({ kind: 'gone' });
    return;
  }
  const chunks: Buffer[] = [];
  let isOver = false;
  const finish = (outcome: BodyOutcome): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('close', onClose);
    try {
      done(outcome);
    } finally {
      reservation.release();
    }
  };
  const onData = (chunk: Buffer): void => {
    const refusal = reservation.add(chunk.length);
    if (refusal !== undefined) {
      finish(refusal);
      return;
    }
    chunks.push(chunk);
  };
  const onEnd = (): void => {
    const [first] = chunks;
    const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
    if (coding === 'identity') finish({ kind: 'body', bytes: body });
    else inflate(body, limits, finish);
  };
  const onClose = (): void => {
    if (!request.complete) finish({ kind: 'gone' });
  };
  const timer = setTimeout(() => {
    const detail = `the body did not arrive within ${limits.timeoutMs} ms`;
    finish({ kind: 'refused', code: 'body_timeout', detail });
  }, limits.timeoutMs);
  timer.unref();
  request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', ignoreError);
}

function inflate(body: Buffer, limits: BodyLimits, done: (outcome: BodyOutcome) => void): void {
  const reservation = new Reservation(limits);
  const refusal = reservation.reserveExtra(INFLATE_BYTES);
  if (refusal !== undefined) {
    done(refusal);
    return;
  }
  const gunzip = createGunzip();
  const chunks: Buffer[] = [];
  let isOver = false;
  const finish = (outcome: BodyOutcome): void => {
    if (isOver) return;
    isOver = true;
    gunzip.destroy();
    try {
      done(outcome);
    } finally {
      reservation.release();
    }
  };
  gunzip.on('data', (chunk: Buffer) => {
    const problem = reservation.add(chunk.length);
    if (problem !== undefined) finish(problem);
    else chunks.push(chunk);
  });
  gunzip.on('end', () => finish({ kind: 'body', bytes: Buffer.concat(chunks) }));
  gunzip.on('error', (error) =>
    finish({ kind: 'refused', code: 'bad_body', detail: `gzip: ${error.message}` }),
  );
  gunzip.end(body);
}

/** What one body or inflation holds of the budget. */
class Reservation {
  readonly #limits: BodyLimits;
  #bytes = 0;
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Bytes of content: they count against the size limit too. */
  add(bytes: number): BodyOutcome | undefined {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.maxBytes) return tooLarge('the body has more bytes', this.#limits);
    return this.reserveExtra(bytes);
  }

  reserveExtra(bytes: number): BodyOutcome | undefined {
    if (!this.#limits.budget.reserve(bytes)) {
      const detail = 'the bodies that are being received take all of the byte budget';
      return { kind: 'refused', code: 'too_many_bytes_in_flight', detail };
    }
    this.#held += bytes;
    return undefined;
  }

  release(): void {
    this.#limits.budget.release(this.#held);
    this.#held = 0;
  }
}

function tooLarge(what: string, limits: BodyLimits): BodyOutcome {
  const detail = `${what}, the limit is ${limits.maxBytes}, before and after decompression`;
  return { kind: 'refused', code: 'message_too_large', detail };
}

function ignoreError(): void {
  // 'close' follows and says all that matters.
}
