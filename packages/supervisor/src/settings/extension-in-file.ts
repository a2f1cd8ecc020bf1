import * as z from 'zod/mini';
import { tlsInFile } from './server-in-file.ts';
import { durationMs, positiveMs, texts } from './setting-values.ts';

/** Entries of the key `extensions` as they are written, by the type in their id. The keys are upstream's. */

const text = z.union([z.string(), z.pipe(z.number(), z.transform(String))]);

export const extensionsInFile = {
  bearertokenauth: z.strictObject({
    header: z.optional(z.string().check(z.minLength(1))),
    scheme: z.optional(z.string()),
    token: z.optional(text),
    tokens: z.optional(texts),
    filename: z.optional(z.string()),
  }),
  basicauth: z.strictObject({
    client_auth: z.strictObject({
      username: z.optional(text),
      username_file: z.optional(z.string()),
      password: z.optional(text),
      password_file: z.optional(z.string()),
    }),
  }),
  oauth2client: z.strictObject({
    client_id: z.optional(text),
    client_id_file: z.optional(z.string()),
    client_secret: z.optional(text),
    client_secret_file: z.optional(z.string()),
    token_url: z
      .string()
      .check(
        z.refine(
          (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
          'must be a URL that begins with http:// or https://',
        ),
      ),
    scopes: z.nullish(texts),
    endpoint_params: z.nullish(z.record(z.string(), z.union([z.string(), texts]))),
    timeout: z.optional(positiveMs),
    expiry_buffer: z.optional(durationMs),
    tls: z.nullish(tlsInFile),
  }),
} as const;

export type ExtensionType = keyof typeof extensionsInFile;

export type ExtensionInFile<Type extends ExtensionType> = z.infer<(typeof extensionsInFile)[Type]>;
