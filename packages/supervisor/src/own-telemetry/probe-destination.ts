import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { systemAuthorities } from '../credentials/system-authorities.ts';
import type { TelemetryDestination } from './destination.ts';

export type Probe = { readonly kind: 'answers' } | { readonly kind: 'refused'; readonly message: string };

export interface ProbeOptions {
  /** The agent's environment: its exporters go by the proxies in it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A destination that cannot be reached is tried for so long. */
  readonly limitMs: number;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}

type Attempt =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'failed'; readonly message: string };

const ATTEMPT_LIMIT_MS = 5_000;
/** The destination is there and knows us, and has no time: exporters try again (OTLP, Failures). */
const BUSY: readonly number[] = [429, 502, 503, 504];

/**
 * Sends an export without content to the destination, as the agent's exporter would one with content, so that a wrong address, certificate or
 * credential is known before the agent is restarted for it. A body that is refused (400) shows that somebody reads it.
 */
export async function probeDestination(
  destination: TelemetryDestination,
  options: ProbeOptions,
): Promise<Probe> {
  const deadlineMs = Date.now() + options.limitMs;
  for (;;) {
    const attempt = await send(destination, options);
    if (attempt.kind === 'status') {
      const { status } = attempt;
      if ((status >= 200 && status < 300) || status === 400 || BUSY.includes(status))
        return { kind: 'answers' };
      if (status < 500)
        return { kind: 'refused', message: `${destination.endpoint} answers with HTTP ${status}` };
    }
    if (Date.now() + options.pauseMs > deadlineMs || options.signal.aborted) {
      const reason = attempt.kind === 'status' ? `answers with HTTP ${attempt.status}` : attempt.message;
      return { kind: 'refused', message: `${destination.endpoint} cannot be reached: ${reason}` };
    }
    await delay(options.pauseMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

function send(destination: TelemetryDestination, { env, signal }: ProbeOptions): Promise<Attempt> {
  const { endpoint, headers, ca, includesSystemCa, certificate } = destination;
  const isSecure = endpoint.startsWith('https:');
  // Known to newer versions of Node.js; older ones connect directly.
  const agentOptions = { proxyEnv: env } as object;
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const options: RequestOptions = {
    method: 'POST',
    agent,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_LIMIT_MS)]),
    headers: { ...headers, 'Content-Type': 'application/x-protobuf', 'Content-Length': 0 },
    ...(isSecure
      ? {
          ...(ca === undefined ? {} : { ca: includesSystemCa ? [ca, ...systemAuthorities()] : ca }),
          ...(certificate === undefined ? {} : certificate),
        }
      : {}),
  };
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve({ kind: 'failed', message: error.message });
    try {
      const request = (isSecure ? httpsRequest : httpRequest)(endpoint, options, (response) => {
        resolve({ kind: 'status', status: response.statusCode ?? 0 });
        response.destroy();
      });
      request.on('error', fail).end();
    } catch (error) {
      fail(error as Error);
    }
  }).finally(() => agent.destroy()) as Promise<Attempt>;
}
