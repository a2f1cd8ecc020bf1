import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { exposition } from '../telemetry/exposition.ts';
import type { MetricFamily } from '../telemetry/metric.ts';
import type { SupervisorStatus } from './supervisor-status.ts';

/** Whoever asks more slowly, or with more, is cut off. */
const REQUEST_LIMIT_MS = 10_000;
const MAX_HEADER_BYTES = 8 * 1_024;
const MAX_CONNECTIONS = 64;

/** What the local interface answers from; asked at each request. */
export interface LocalInterfaceSource {
  status(): SupervisorStatus;
  readonly families: readonly MetricFamily[];
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

/**
 * `/health`, `/ready`, `/status` and `/metrics`, for programs on this host: nothing can be changed through it, and no
 * answer holds a secret. Listens nowhere yet.
 */
export function localInterface(source: LocalInterfaceSource): Server {
  const server = createServer(
    {
      requestTimeout: REQUEST_LIMIT_MS,
      headersTimeout: REQUEST_LIMIT_MS,
      keepAliveTimeout: REQUEST_LIMIT_MS,
      connectionsCheckingInterval: REQUEST_LIMIT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => send(request, response, answer(request, source)),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function answer(request: IncomingMessage, source: LocalInterfaceSource): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return json(405, { error: `${request.method} is not possible here, only GET` });
  const path = (request.url ?? '').split('?', 1)[0];
  switch (path) {
    case '/health':
      return json(200, { status: 'ok' });
    case '/ready':
      return readiness(source.status());
    case '/status':
      return json(200, source.status());
    case '/metrics':
      return {
        code: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: exposition(source.families),
      };
    default:
      return json(404, {
        error: `there is no ${path} here, only /health, /ready, /status and /metrics`,
      });
  }
}

function readiness({ isReady, agents }: SupervisorStatus): Answer {
  const waiting = agents
    .filter((agent) => !agent.isReady)
    .map(({ name, state, health }) => ({ name, state, reason: health.lastError || health.status }));
  return json(isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', waitingFor: waiting });
}

function json(code: number, value: unknown): Answer {
  return { code, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, { code, type, body }: Answer): void {
  response.writeHead(code, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
