import { createHash, hash } from 'node:crypto';

/** SHA-256 of the text in UTF-8, as lower-case hex. */
export function sha256Hex(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 over several fields, as lower-case hex. Each goes with its length, so that no two lists of fields meet. */
export function sha256OfFields(fields: Iterable<string | Uint8Array>): string {
  const digest = createHash('sha256');
  const length = Buffer.alloc(8);
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field) : field;
    length.writeBigUInt64BE(BigInt(bytes.length));
    digest.update(length).update(bytes);
  }
  return digest.digest('hex');
}
