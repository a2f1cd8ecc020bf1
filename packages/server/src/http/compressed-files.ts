import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type Encoding = 'br' | 'gzip';

export interface CompressedFile {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** What is worth compressing, and its content type. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};
/** Smaller files gain nothing. */
const LEAST_BYTES = 1024;
/** A console has some dozens of files; this only bounds a folder that is none. */
const MAX_KEPT = 500;

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** The encoding to answer with, as the request's Accept-Encoding allows; undefined for none. */
export function chooseEncoding(header: string | undefined): Encoding | undefined {
  const accepted = new Map<string, number>();
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.trim().split(/\s*;\s*/);
    const quality = parameters.find((each) => each.startsWith('q='));
    accepted.set(name, quality === undefined ? 1 : Number(quality.slice(2)) || 0);
  }
  return (['br', 'gzip'] as const).find((encoding) => (accepted.get(encoding) ?? 0) > 0);
}

/** Files of one folder, compressed once and kept until they change. */
export class CompressedFiles {
  readonly #kept = new Map<string, { readonly mtimeMs: number; readonly bytes: Promise<Buffer> }>();

  /** Undefined where compression is not worth it. */
  async get(path: string, encoding: Encoding): Promise<CompressedFile | undefined> {
    const contentType = TYPES[extname(path)];
    if (contentType === undefined) return undefined;
    const { mtimeMs, size } = await stat(path);
    if (size < LEAST_BYTES) return undefined;
    const key = `${encoding}:${path}`;
    const kept = this.#kept.get(key);
    if (kept?.mtimeMs === mtimeMs) return { bytes: await kept.bytes, contentType };
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const bytes = readFile(path).then((content) =>
      encoding === 'br'
        ? toBrotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })
        : toGzip(content, { level: 6 }),
    );
    this.#kept.set(key, { mtimeMs, bytes });
    return { bytes: await bytes, contentType };
  }
}
