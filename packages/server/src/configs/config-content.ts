import { CONFIG_BODY_MAX_BYTES, type ConfigFormat } from '@drover/api';
import { DomainError } from '../lib/errors.ts';
import { type ConfigContent, usualFormat } from './config.ts';

const DEFAULT_CONTENT_TYPE = 'text/yaml';

/** A content as it was sent, with what was left out. A supplementary file is no configuration unless it says so. */
export function contentOf(input: {
  readonly body: string;
  readonly contentType?: string | undefined;
  readonly format?: ConfigFormat | undefined;
  readonly role?: string | undefined;
}): ConfigContent {
  const contentType = input.contentType ?? DEFAULT_CONTENT_TYPE;
  const role = input.role ?? '';
  const format = input.format ?? (role === '' ? usualFormat(contentType) : 'other');
  return { body: input.body, contentType, format, role };
}

/** Throws `config_too_large`; the limit is in bytes of UTF-8, 1 MiB where none is given. */
export function refuseTooLarge(body: string, limit = CONFIG_BODY_MAX_BYTES): void {
  const bytes = Buffer.byteLength(body);
  if (bytes <= limit) return;
  throw new DomainError('config_too_large', `the configuration has ${bytes} bytes; the limit is ${limit}`, {
    errors: [{ pointer: '/body', detail: `at most ${limit} bytes` }],
  });
}
