import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ProblemSchema } from '@drover/api';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
  LogController,
} from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { DomainError } from '../lib/errors.ts';
import type { ApiRoutes } from './api.ts';
import { answerClientError } from './client-error.ts';
import { parseJsonBody } from './json-body.ts';
import { KnownRoutes } from './known-routes.ts';
import { asDomainError, sendProblem } from './problem.ts';
import { contentSecurityPolicy } from './security-headers.ts';
import { zodValidator } from './validation.ts';

export interface HttpAppOptions {
  readonly log: FastifyBaseLogger;
  readonly version: string;
  readonly pathPrefix: string;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** TLS is on: browsers are told to stay with it. */
  readonly isSecure: boolean;
  /** The server to hand the requests of; one of Fastify's own where it is left out. */
  readonly server?: (handler: (request: IncomingMessage, response: ServerResponse) => void) => Server;
  /** Guards the scope of /api/v1; runs before its routes are declared. */
  readonly guard: ApiRoutes;
  /** Routes under /api/v1. */
  readonly api: readonly ApiRoutes[];
  /** Routes outside of it: probes, metrics, console. */
  readonly root: readonly ApiRoutes[];
  readonly observe?: (facts: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
  /** Every refusal, by code. */
  readonly refused?: (code: string) => void;
}

export interface HttpApp {
  /** `GET /api/v1/agents/:uid` and so on: every route there is. */
  readonly routes: () => string[];
  readonly fastify: FastifyInstance<
    Server,
    IncomingMessage,
    ServerResponse,
    FastifyBaseLogger,
    ZodTypeProvider
  >;
  /** From now on every request is answered with 503 and Retry-After. */
  beginStop(): void;
}

const RETRY_AFTER_SECONDS = 10;

/** The HTTP shell: security headers, JSON bodies, zod validation, problem+json. Does not listen. */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  let isStopping = false;
  const answer = (request: FastifyRequest, reply: FastifyReply, thrown: unknown) => {
    const error = asDomainError(thrown);
    options.refused?.(error.code);
    return sendProblem(request, reply, error);
  };
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.bodyTimeoutMs,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      answer(request, reply, error),
    clientErrorHandler: answerClientError,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    ...(options.server === undefined
      ? {}
      : { serverFactory: options.server as FastifyServerFactory<Server> }),
  } as never).withTypeProvider<ZodTypeProvider>() as unknown as HttpApp['fastify'];

  const routes = new KnownRoutes();
  app.addHook('onRoute', (route) => {
    routes.add(route);
    const response = route.schema?.response;
    if (route.schema && typeof response === 'object') {
      route.schema.response = { ...response, default: ProblemSchema };
    }
  });
  app.setValidatorCompiler(zodValidator as never);
  // Answers are ours and typed: checking them again costs a third of the throughput of a list.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => parseJsonBody(body),
  );
  app.setErrorHandler((error, request, reply) => answer(request, reply, error));
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, routes.refusal(request.method, request.url)),
  );

  app.addHook('onRequest', async (request, reply) => {
    if (isStopping) {
      reply.header('connection', 'close');
      throw new DomainError('stopping', 'The server is stopping. Try again soon.', {
        facts: { retryAfterSeconds: RETRY_AFTER_SECONDS },
      });
    }
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new DomainError(
        'unsupported_media_type',
        `Send the body uncompressed; Content-Encoding was "${encoding.slice(0, 40)}".`,
      );
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    options.observe?.({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
  });

  await app.register(helmet, {
    global: true,
    contentSecurityPolicy: contentSecurityPolicy(),
    strictTransportSecurity: options.isSecure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  await app.register(cookie);
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { after, ttl }) =>
      new DomainError('rate_limited', `Too many attempts from this address; try again in ${after}.`, {
        facts: { retryAfterSeconds: Math.ceil(ttl / 1000) },
      }),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Drover',
        version: options.version,
        description: 'REST interface of the control plane.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'drover_session' },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform as never,
    transformObject: jsonSchemaTransformObject,
  });

  await app.register(
    async (root) => {
      const scope = root as HttpApp['fastify'];
      for (const declare of options.root) declare(scope);
      await scope.register(
        async (api) => {
          const inner = api as HttpApp['fastify'];
          options.guard(inner);
          for (const declare of options.api) declare(inner);
          inner.all('/*', { schema: { hide: true } }, async (request) => {
            throw routes.refusal(request.method, request.url);
          });
        },
        { prefix: '/api/v1' },
      );
    },
    { prefix: options.pathPrefix },
  );
  return {
    routes: () => routes.list(),
    fastify: app,
    beginStop: () => {
      isStopping = true;
    },
  };
}
