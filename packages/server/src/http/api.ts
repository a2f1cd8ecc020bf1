import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

/** Who calls. The name is the author of what the call writes. */
export interface Principal {
  readonly name: string;
  readonly via: 'token' | 'session';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the auth hook on everything under /api/v1 that needs a login. */
    principal: Principal;
    /** Asks again, for streams that outlive a login. */
    isStillLoggedIn(): Promise<boolean>;
  }
  interface FastifyContextConfig {
    /** Served without a login. */
    readonly isOpen?: boolean;
  }
}

/** The Fastify scope of /api/v1, whose schemas are zod's. */
export type Api = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Declares routes on the scope. */
export type ApiRoutes = (api: Api) => void;
