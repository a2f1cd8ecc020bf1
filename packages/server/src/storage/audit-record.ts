import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** What the audit trail keeps of an act, beside its time and address. */
export interface AuditRecord {
  readonly author: string;
  /** The server did it of its own accord: it has no address. */
  readonly isOwn?: boolean;
  readonly kind: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string };
  readonly detail: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

const TEXT_MAX_CHARS = 2000;

/** In the transaction of the act. Its id. */
export async function insertAudit(
  tx: Kysely<Database>,
  { author, isOwn = false, kind, subject, detail, data = {} }: AuditRecord,
  atMs: number,
  address: string | null,
): Promise<number> {
  const { id } = await tx
    .insertInto('audit')
    .values({
      at: atMs,
      author,
      kind,
      subject_kind: subject.kind,
      subject_id: subject.id.slice(0, TEXT_MAX_CHARS),
      subject_name: subject.name.slice(0, TEXT_MAX_CHARS),
      detail: detail.slice(0, TEXT_MAX_CHARS),
      data: JSON.stringify(data),
      address: isOwn ? null : address,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
