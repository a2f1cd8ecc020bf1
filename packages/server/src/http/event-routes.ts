import { z } from 'zod';
import { DomainError } from '../lib/errors.ts';
import type { Api } from './api.ts';
import type { EventsHub } from './events-hub.ts';

export interface EventRoutesOptions {
  readonly hub: EventsHub;
  readonly maxStreams: number;
  readonly keepAliveMs?: number;
  /** Bytes that may wait for a slow reader before its stream is cut; it resumes by Last-Event-ID. */
  readonly maxBufferedBytes?: number;
  readonly onCut?: () => void;
}

/** Live events as a stream, resumable by Last-Event-ID. */
export function eventRoutes(options: EventRoutesOptions): (api: Api) => void {
  const { hub, maxStreams, keepAliveMs = 15_000, maxBufferedBytes = 1024 * 1024, onCut } = options;
  return (api) => {
    const open = new Set<() => void>();
    api.addHook('preClose', async () => {
      for (const end of open) end();
    });
    api.get(
      '/events',
      {
        schema: {
          summary: 'Live events, as server-sent events',
          tags: ['live'],
          description:
            'Resumable by Last-Event-ID from a bounded buffer; `reset` where that no longer reaches.',
          querystring: z.strictObject({ lastEventId: z.string().max(128).optional() }),
        },
      },
      (request, reply) => {
        if (open.size >= maxStreams) {
          throw new DomainError(
            'event_streams_exhausted',
            `${maxStreams} streams are open (http.maxEventStreams).`,
            {
              facts: { retryAfterSeconds: 30 },
            },
          );
        }
        reply.hijack();
        const { raw } = reply;
        for (const [name, value] of Object.entries(reply.getHeaders())) {
          if (value !== undefined) raw.setHeader(name, value);
        }
        raw.writeHead(200, {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        });
        const write = (frame: string) => {
          if (raw.destroyed || raw.writableEnded) return;
          raw.write(frame);
          if (raw.writableLength > maxBufferedBytes) {
            onCut?.();
            raw.destroy();
          }
        };
        const header = request.headers['last-event-id'];
        write('retry: 2000\n\n');
        const unsubscribe = hub.subscribe(
          typeof header === 'string' ? header : request.query.lastEventId,
          write,
        );
        const keepAlive = setInterval(async () => {
          const isStillIn = await request.isStillLoggedIn().catch(() => true);
          if (isStillIn) write(': keep-alive\n\n');
          else raw.end();
        }, keepAliveMs);
        const end = () => {
          if (!raw.writableEnded) raw.end();
        };
        open.add(end);
        raw.on('close', () => {
          open.delete(end);
          clearInterval(keepAlive);
          unsubscribe();
        });
      },
    );
  };
}
