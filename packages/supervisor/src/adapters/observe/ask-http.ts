import { request } from 'node:http';

export type HttpAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Nobody answered in time, or not in HTTP. */
  | { readonly kind: 'silent'; readonly message: string };

export interface HttpQuestion {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: string;
  readonly limitMs: number;
}

/** An agent that says more than this of itself is not listened to any further. */
const MAX_BODY_BYTES = 1_024 * 1_024;

/** One question to an agent over plain HTTP, each on a connection of its own: it is asked seldom, and may have been replaced meanwhile. */
export function askHttp({ url, method = 'GET', body, limitMs }: HttpQuestion): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const fail = (error: Error) =>
      resolve({
        kind: 'silent',
        message:
          error.name === 'TimeoutError' || error.name === 'AbortError'
            ? `${url} did not answer within ${limitMs} ms`
            : `${url} cannot be asked: ${error.message}`,
      });
    const asked = request(
      url,
      {
        method,
        agent: false,
        signal: AbortSignal.timeout(limitMs),
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_BODY_BYTES)
            asked.destroy(new Error(`its answer has more than ${MAX_BODY_BYTES} bytes`));
          else parts.push(part);
        });
        response.on('end', () =>
          resolve({
            kind: 'answer',
            status: response.statusCode ?? 0,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        );
        response.on('error', fail);
      },
    );
    asked.on('error', fail);
    asked.end(body);
  });
}
