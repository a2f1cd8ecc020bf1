import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { DomainError, type ErrorPlace } from '../lib/errors.ts';

const PART_WORDS: Record<string, string> = {
  body: 'the body',
  querystring: 'the query',
  params: 'the path',
  headers: 'the headers',
};

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function fieldErrors(issues: readonly z.core.$ZodIssue[]): ErrorPlace[] {
  return issues.flatMap((issue): ErrorPlace[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        detail: 'there is no such field',
      }));
    }
    if (issue.code === 'invalid_union' && issue.errors.length === 1 && issue.errors[0])
      return fieldErrors(issue.errors[0]);
    return [{ pointer: pointerOf(issue.path), detail: issue.message }];
  });
}

/** Checks a part of the request against its zod schema; all its errors are reported, each with a JSON pointer. */
export const zodValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const result = z.safeParse(schema, data ?? undefined);
    if (result.success) return { value: result.data };
    const errors = fieldErrors(result.error.issues);
    const part = PART_WORDS[httpPart ?? 'body'] ?? 'the request';
    const first = errors[0];
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const detail = `In ${part}: ${first?.pointer ? `${first.pointer.slice(1)}: ` : ''}${first?.detail ?? 'not valid'}${more}.`;
    return { error: new DomainError('invalid_request', detail, { errors }) };
  };
