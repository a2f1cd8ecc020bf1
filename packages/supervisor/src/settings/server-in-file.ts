import * as z from 'zod/mini';
import { bytes, durationMs, flag, headers, positiveMs, texts } from './setting-values.ts';

/** The key `server` as it is written. */

function urlOf(schemes: readonly string[]) {
  const [last = '', ...others] = schemes.map((scheme) => `${scheme}://`).toReversed();
  return z
    .string()
    .check(
      z.refine(
        (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
        `must be a URL that begins with ${[...others.toReversed()].join(', ')} or ${last}`,
      ),
    );
}

export const tlsInFile = z.strictObject({
  ca_file: z.optional(z.string()),
  ca_pem: z.optional(z.string()),
  cert_file: z.optional(z.string()),
  cert_pem: z.optional(z.string()),
  key_file: z.optional(z.string()),
  key_pem: z.optional(z.string()),
  insecure: z.optional(flag),
  insecure_skip_verify: z.optional(flag),
  server_name_override: z.optional(z.string()),
  min_version: z.optional(z.enum(['1.2', '1.3'])),
  max_version: z.optional(z.enum(['1.2', '1.3'])),
  cipher_suites: z.optional(texts),
  curve_preferences: z.optional(texts),
  include_system_ca_certs_pool: z.optional(flag),
  reload_interval: z.optional(durationMs),
});

export type TlsInFile = z.infer<typeof tlsInFile>;

export const serverInFile = z.strictObject({
  endpoint: urlOf(['ws', 'wss', 'http', 'https']),
  headers: z.nullish(headers),
  tls: z.nullish(tlsInFile),
  auth: z.optional(z.string()),
  proxy: z.nullish(z.strictObject({ url: z.optional(z.string()), headers: z.nullish(headers) })),
  heartbeat_interval: z.optional(durationMs),
  max_message_size: z.optional(bytes),
  connection_settings: z.nullish(
    z.strictObject({
      trial_timeout: z.optional(positiveMs),
      give_up_after: z.optional(durationMs),
      request_certificate: z.optional(flag),
    }),
  ),
});
