import type { ConfigFormat } from '@drover/api';
import { sha256OfFields } from '../lib/hash.ts';

/** One immutable version of a configuration. */
export interface Revision {
  readonly name: string;
  readonly number: number;
  /** SHA-256 of body and content type, and of format and role where they are not the usual ones. */
  readonly hash: string;
  readonly body: string;
  readonly contentType: string;
  readonly format: ConfigFormat;
  /** Empty for a configuration; what a supplementary file is for. */
  readonly role: string;
  readonly bytes: number;
  readonly author: string;
  /** What was changed and why; may be empty. */
  readonly message: string;
  readonly createdAtMs: number;
}

/** A revision without its body. */
export type RevisionInfo = Omit<Revision, 'body'>;

export interface NamedConfig {
  readonly name: string;
  readonly description: string;
  readonly createdAtMs: number;
  readonly latest: RevisionInfo;
}

/** What a revision, or a draft of one, says. */
export type ConfigContent = Pick<Revision, 'body' | 'contentType' | 'format' | 'role'>;

/** What an operator puts under a name. */
export interface ConfigWrite {
  readonly description: string | undefined;
  readonly content: ConfigContent;
  readonly author: string;
  readonly message: string;
  readonly nowMs: number;
}

/** Work on a configuration that is no revision yet; one for each name. */
export interface ConfigDraft {
  readonly name: string;
  readonly content: ConfigContent;
  /** The revision that was edited; null for a new configuration. */
  readonly baseRevision: number | null;
  readonly author: string;
  readonly updatedAtMs: number;
}

export function contentHash({ body, contentType, format, role }: ConfigContent): string {
  const more = format === usualFormat(contentType) && role === '' ? [] : [format, role];
  return sha256OfFields([contentType, body, ...more]);
}

/** The format of a body of which only the content type is known. */
export function usualFormat(contentType: string): ConfigFormat {
  return isYaml(contentType) ? 'collector' : 'other';
}

/** The revision that a write makes; undefined where it says what the newest says already. */
export function nextRevision(
  name: string,
  { content, author, message, nowMs }: ConfigWrite,
  latest: RevisionInfo | undefined,
): Revision | undefined {
  const hash = contentHash(content);
  if (latest?.hash === hash) return undefined;
  const bytes = Buffer.byteLength(content.body);
  const number = (latest?.number ?? 0) + 1;
  return { name, number, hash, ...content, bytes, author, message, createdAtMs: nowMs };
}

/** True for contents that are checked as a Collector configuration: YAML, also by its older names. */
export function isYaml(contentType: string): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' || type.endsWith('/yaml') || type.endsWith('/x-yaml') || type.endsWith('+yaml');
}
