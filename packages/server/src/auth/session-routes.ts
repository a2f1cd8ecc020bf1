import { LoginSchema, SessionSchema } from '@drover/api';
import { z } from 'zod';
import type { ApiRoutes } from '../http/api.ts';
import { DomainError } from '../lib/errors.ts';
import { SESSION_COOKIE } from './auth-hook.ts';
import type { SessionService } from './session-service.ts';

export interface SessionRoutesOptions {
  readonly sessions: SessionService;
  /** The console is reached over TLS. */
  readonly isSecure: boolean;
  readonly attemptsPerMinute: number;
  /** The newest of the live events. */
  readonly lastEventId: () => string;
}

export function sessionRoutes(options: SessionRoutesOptions): ApiRoutes {
  const { sessions, isSecure, attemptsPerMinute, lastEventId } = options;
  // Without a path the browser keeps it for the interface alone, wherever a proxy has put that.
  const cookieOptions = { httpOnly: true, sameSite: 'strict', secure: isSecure } as const;
  return (api) => {
    api.post(
      '/session',
      {
        config: { isOpen: true, rateLimit: { max: attemptsPerMinute, timeWindow: 60_000 } },
        schema: {
          summary: 'Log in',
          description: "Trades a one-time login token, or the administrator's token, for a session cookie.",
          tags: ['session'],
          body: LoginSchema,
          response: { 200: SessionSchema },
        },
      },
      async (request, reply) => {
        const { cookie, session } = await sessions.login(request.body.token);
        reply.setCookie(SESSION_COOKIE, cookie, { ...cookieOptions, expires: new Date(session.expiresAt) });
        return { ...session, lastEventId: lastEventId() };
      },
    );
    api.get(
      '/session',
      {
        schema: {
          summary: 'The session of this cookie',
          tags: ['session'],
          response: { 200: SessionSchema },
        },
      },
      async (request) => {
        const cookie = request.cookies[SESSION_COOKIE];
        const session = cookie === undefined ? undefined : await sessions.find(cookie);
        if (!session)
          throw new DomainError('unauthenticated', 'There is no session: the call came with a token.');
        return { ...session, lastEventId: lastEventId() };
      },
    );
    api.delete(
      '/session',
      { schema: { summary: 'Log out', tags: ['session'], response: { 204: z.null() } } },
      async (request, reply) => {
        const cookie = request.cookies[SESSION_COOKIE];
        if (cookie !== undefined) await sessions.logout(cookie);
        reply.setCookie(SESSION_COOKIE, '', { ...cookieOptions, expires: new Date(0) });
        return reply.status(204).send(null);
      },
    );
  };
}
