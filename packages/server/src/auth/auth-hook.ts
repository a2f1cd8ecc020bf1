import type { FastifyRequest } from 'fastify';
import type { Api, Principal } from '../http/api.ts';
import { DomainError } from '../lib/errors.ts';
import { isSameSecret } from './credentials.ts';
import type { SessionService } from './session-service.ts';

export const SESSION_COOKIE = 'drover_session';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const NOBODY: Principal = { name: '', via: 'token' };

/** `Authorization: Bearer …`; undefined where the header is absent, '' where it is of another kind. */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  return /^bearer +(\S+) *$/i.exec(header)?.[1] ?? '';
}

/** Lets nobody into the scope without the administrator's token or a session; writes of a session need its CSRF token. */
export function authHook(sessions: SessionService): (api: Api) => void {
  async function principalOf(request: FastifyRequest): Promise<Principal | DomainError> {
    const token = bearerToken(request.headers.authorization);
    if (token !== undefined) {
      const user = sessions.userOfToken(token);
      if (user !== undefined) return { name: user, via: 'token' };
      return new DomainError(
        'unauthenticated',
        'The Authorization header holds no token that is valid here.',
      );
    }
    const cookie = request.cookies[SESSION_COOKIE];
    const session = cookie === undefined ? undefined : await sessions.find(cookie);
    if (session === undefined) {
      return new DomainError('unauthenticated', 'Log in, or send "Authorization: Bearer <token>".');
    }
    if (!SAFE_METHODS.has(request.method)) {
      const csrf = request.headers['x-csrf-token'];
      if (typeof csrf !== 'string' || !isSameSecret(csrf, session.csrfToken)) {
        return new DomainError('csrf_failed', 'Send the csrfToken of GET /api/v1/session as X-CSRF-Token.');
      }
    }
    return { name: session.user, via: 'session' };
  }
  return (api) => {
    api.decorateRequest('principal', null as unknown as Principal);
    api.decorateRequest('isStillLoggedIn', async function (this: FastifyRequest) {
      return !((await principalOf(this)) instanceof DomainError);
    });
    api.addHook('onRequest', async (request) => {
      if (request.routeOptions.config.isOpen) {
        request.principal = NOBODY;
        return;
      }
      const found = await principalOf(request);
      if (found instanceof DomainError) throw found;
      request.principal = found;
    });
    api.addHook('onResponse', async (request, reply) => {
      if (SAFE_METHODS.has(request.method) || reply.statusCode >= 400 || request.principal === null) return;
      const path = request.url.split('?')[0];
      request.log.info(
        { user: request.principal.name, method: request.method, path, status: reply.statusCode },
        'write',
      );
    });
  };
}
