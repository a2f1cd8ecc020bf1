import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { OpampError } from '../errors.ts';

export type ResponseOutcome =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'failed'; readonly error: Error };

/** Reads a response of at most `maxBytes`, also after decompression. Calls back once. */
export function readResponse(
  response: IncomingMessage,
  maxBytes: number,
  done: (outcome: ResponseOutcome) => void,
): void {
  const isGzip = response.headers['content-encoding']?.trim().toLowerCase() === 'gzip';
  const stream = isGzip ? response.pipe(createGunzip()) : response;
  const chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const finish = (outcome: ResponseOutcome): void => {
    if (isOver) return;
    isOver = true;
    if (outcome.kind === 'failed') {
      response.destroy();
      stream.destroy();
    }
    done(outcome);
  };
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) {
      const detail = `the response has more than ${maxBytes} bytes`;
      finish({ kind: 'failed', error: new OpampError('message_too_large', detail) });
    } else chunks.push(chunk);
  });
  stream.on('end', () => finish({ kind: 'body', body: Buffer.concat(chunks) }));
  stream.on('error', (error: Error) => finish({ kind: 'failed', error }));
  response.on('error', (error) => finish({ kind: 'failed', error }));
  response.on('close', () => {
    if (!response.complete) finish({ kind: 'failed', error: new Error('the response was cut off') });
  });
}
