import {
  type Self,
  type SelfHealth,
  SelfHealthSchema,
  SelfSchema,
  type SelfSetting,
  SelfSettingListSchema,
} from '@drover/api';
import { z } from 'zod';
import { DomainError } from '../lib/errors.ts';
import type { ApiRoutes } from './api.ts';

export interface ProbeRoutesOptions {
  /** Rejects where the database cannot be reached. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly isMetricsPublic: boolean;
}

function isLoopbackPeer(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** What orchestrators and Prometheus ask, without a login. */
export function probeRoutes(options: ProbeRoutesOptions): ApiRoutes {
  return (root) => {
    root.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
    root.get('/readyz', { schema: { hide: true } }, async () => {
      try {
        await options.checkReady();
      } catch (cause) {
        throw new DomainError('storage_unavailable', 'The database does not answer.', { cause });
      }
      return { status: 'ready' };
    });
    root.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
      if (!options.isMetricsPublic && !isLoopbackPeer(request.socket.remoteAddress ?? '')) {
        throw new DomainError(
          'forbidden',
          'Metrics are for loopback addresses; set http.metrics.public to open them.',
        );
      }
      const { contentType, text } = await options.metrics();
      return reply.type(contentType).send(text);
    });
  };
}

export interface SelfRoutesOptions {
  readonly self: () => Self;
  readonly health: () => Promise<SelfHealth>;
  readonly settings: readonly SelfSetting[];
}

/** What this server is, how it is and is set, and the description of its interface. */
export function selfRoutes({ self, health, settings }: SelfRoutesOptions): ApiRoutes {
  return (api) => {
    api.get(
      '/self',
      { schema: { summary: 'What this server is', tags: ['self'], response: { 200: SelfSchema } } },
      async () => self(),
    );
    api.get(
      '/self/health',
      { schema: { summary: 'How this server is', tags: ['self'], response: { 200: SelfHealthSchema } } },
      async () => health(),
    );
    api.get(
      '/self/settings',
      {
        schema: {
          summary: 'The settings that hold, and where each comes from; no secrets',
          tags: ['self'],
          response: { 200: SelfSettingListSchema },
        },
      },
      async () => ({ items: [...settings] }),
    );
    let document: string | undefined;
    api.get(
      '/openapi.json',
      {
        config: { isOpen: true },
        schema: { summary: 'This interface as OpenAPI 3.1', tags: ['self'], response: { 200: z.unknown() } },
      },
      async (_request, reply) => {
        document ??= JSON.stringify(api.swagger());
        return reply.type('application/json; charset=utf-8').serializer(String).send(document);
      },
    );
  };
}
