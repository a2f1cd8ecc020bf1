import type { Problem } from '@drover/api';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode } from '../lib/errors.ts';

/** What the framework itself refuses, as registered errors. */
const FRAMEWORK_ERRORS: Readonly<Record<string, { readonly code: ErrorCode; readonly detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'body_too_large',
    detail: 'The body is larger than http.maxBodyBytes allows.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media_type',
    detail: 'Send the body as application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'invalid_request',
    detail: 'The body has another length than Content-Length says.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'invalid_request',
    detail: 'The body is empty; expected a JSON object.',
  },
};

/** The refusal that anything thrown in a handler amounts to. A bug becomes `internal` and tells nothing of itself. */
export function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const { code = '', statusCode = 500, message } = error as Partial<FastifyError> & Error;
  const known = FRAMEWORK_ERRORS[code];
  if (known) return new DomainError(known.code, known.detail, { cause: error });
  if (statusCode === 429) return new DomainError('rate_limited', message, { cause: error });
  if (statusCode >= 400 && statusCode < 500)
    return new DomainError('invalid_request', message, { cause: error });
  return new DomainError('internal', 'The server could not do this; its log says why.', { cause: error });
}

export function problemOf(error: DomainError): Problem {
  const { title, status, code, detail, errors } = error;
  const places = errors.length > 0 ? { errors: [...errors] } : {};
  return { type: 'about:blank', title, status, code, detail, ...places };
}

/** Answers with problem+json (RFC 9457). `facts.retryAfterSeconds` becomes Retry-After. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: DomainError): FastifyReply {
  if (error.status >= 500 && error.code === 'internal')
    request.log.error({ err: error.cause ?? error }, 'request failed');
  const { retryAfterSeconds } = error.facts;
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="drover"');
  return reply
    .status(error.status)
    .removeHeader('etag')
    .type('application/problem+json; charset=utf-8')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemOf(error));
}
