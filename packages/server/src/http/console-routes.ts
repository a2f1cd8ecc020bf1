import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../lib/errors.ts';
import type { Api, ApiRoutes } from './api.ts';
import { CompressedFiles, chooseEncoding } from './compressed-files.ts';
import type { ConsoleFiles } from './console-files.ts';
import { contentSecurityPolicyText } from './security-headers.ts';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Drover</title>
<h1>The console is not built</h1><p>Run <code>npm run build</code> and load this page again. The REST interface is served all the same.</p></html>`;

/** Serves the console: its files, and index.html for every other page so that the browser's routes can be loaded. */
export function consoleRoutes(options: {
  readonly pathPrefix: string;
  readonly files: ConsoleFiles;
}): ApiRoutes {
  return (root) => {
    const compressedFiles = new CompressedFiles();
    const scope: Api = root;
    scope.register(fastifyStatic, { root: fileURLToPath(new URL('.', import.meta.url)), serve: false });

    function sendPage(reply: FastifyReply, path: string): FastifyReply {
      const nonce = randomBytes(16).toString('base64');
      reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
      const page = options.files.page(path, nonce);
      if (page === undefined) return reply.status(503).send(NOT_BUILT);
      reply.header('content-security-policy', contentSecurityPolicyText(nonce));
      return reply.send(page);
    }

    scope.get('/*', { schema: { hide: true } }, async (request, reply) => {
      const folder = options.files.folder();
      const full = request.url.split('?')[0] ?? '/';
      const path = full.slice(options.pathPrefix.length) || '/';
      if (path === '/api' || path.startsWith('/api/')) {
        throw new DomainError('not_found', `Nothing answers ${request.method} ${path.slice(0, 200)}.`);
      }
      let name: string;
      try {
        name = normalize(decodeURIComponent(path)).split(sep).join('/');
      } catch {
        throw new DomainError('invalid_request', 'The path is not valid percent-encoding.');
      }
      if (folder === undefined || name === '/' || name === '/index.html') return sendPage(reply, path);
      const isFile = !name.includes('\0') && !name.includes('/.') && existsFile(join(folder, name));
      if (isFile) {
        const isHashed = name.startsWith('/assets/');
        const cacheControl = isHashed
          ? 'public, max-age=31536000, immutable'
          : 'public, max-age=0, must-revalidate';
        const encoding = chooseEncoding(request.headers['accept-encoding']);
        const compressed =
          encoding === undefined ? undefined : await compressedFiles.get(join(folder, name), encoding);
        reply.header('cache-control', cacheControl).header('vary', 'accept-encoding');
        if (compressed === undefined || encoding === undefined) {
          return reply.sendFile(name, folder, { cacheControl: false });
        }
        return reply.header('content-encoding', encoding).type(compressed.contentType).send(compressed.bytes);
      }
      if (name.startsWith('/assets/'))
        throw new DomainError('not_found', `There is no file ${name.slice(0, 200)}.`);
      return sendPage(reply, path);
    });
  };
}

function existsFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
