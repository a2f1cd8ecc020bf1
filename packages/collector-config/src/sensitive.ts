/** What stands in the place of a masked value; the Collector's own word for it. */
export const MASK = '[REDACTED]';

/** Keys, in lower case without separators, whose value is a secret; also as the end of a longer key (`x-api-key`). */
const SECRET_ENDINGS = [
  'token',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'apikey',
  'accesskey',
  'secretkey',
  'privatekey',
  'licensekey',
  'ingestkey',
  'ingestionkey',
  'sharedkey',
  'accountkey',
  'instrumentationkey',
  'connectionstring',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'pwd',
  'keypem',
  'signingkey',
  'encryptionkey',
  'headerslist',
];
/** The shortest text that any of the patterns fits, `pwd=x`. */
const MIN_MASKED_CHARS = 5;
const SECRET_KEYS = new Set(['pass', 'dsn', 'community', 'xhoneycombteam', 'htpasswd']);

/** True for a key whose value is known to be a secret, in any spelling: `api_key`, `API-Key`, `clientSecret`. */
export function isSensitiveKey(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return SECRET_KEYS.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

/**
 * True for a key under which headers of requests stand. Any of them may hold a credential, whatever its name is: a
 * Collector treats their values as secrets too.
 */
export function isHeadersKey(key: string): boolean {
  return /headers$/i.test(key);
}

/** True for text that only says where the secret is (`${env:TOKEN}`, `Bearer ${file:/run/token}`) and has none itself. */
export function isReference(text: string): boolean {
  return /^\s*(?:(?:Bearer|Basic|Token|Api-?Key)\s+)?\$\{(?:(?:env:)?[A-Za-z_][A-Za-z0-9_]*|(?:file|drover):[^${}]*)\}\s*$/i.test(
    text,
  );
}

/**
 * Masks what is secret wherever it stands in a text: the password in addresses such as `https://user:password@host`,
 * `key=secret` lists, `"key":"secret"` pairs, and credentials behind `Bearer` and `Basic`. Each pattern begins with what
 * is rare or looks back from it, so that its work grows with the text and no faster, whatever the text.
 */
export function maskInText(text: string): string {
  if (text.length < MIN_MASKED_CHARS) return text;
  return text
    .replaceAll(/(:\/\/[^\s/:@?#]{0,256}):([^\s/@]+)@/g, (whole, start: string, secret: string) =>
      isReference(secret) ? whole : `${start}:${MASK}@`,
    )
    .replaceAll(/:([^\s/@:]+)@(?=(?:tcp|udp|unix)\()/g, `:${MASK}@`)
    .replaceAll(/(?<=\b([A-Za-z][\w.-]{0,63}))=([^\s;&,'"]+)/g, (whole, key: string, secret: string) =>
      isSensitiveKey(key) && !isReference(secret) ? `=${MASK}` : whole,
    )
    .replaceAll(
      /"([A-Za-z][\w.-]{0,63})"(\s*:\s*)"((?:[^"\\]|\\.)+)"/g,
      (whole, key: string, colon: string, secret: string) =>
        isSensitiveKey(key) && !isReference(secret) ? `"${key}"${colon}"${MASK}"` : whole,
    )
    .replaceAll(
      /\b(Bearer|Basic)(\s+)([A-Za-z0-9._~+/=-]{8,})/gi,
      (whole, scheme: string, gap: string, token: string) =>
        looksRandom(token) ? `${scheme}${gap}${MASK}` : whole,
    );
}

/** "Bearer authentication" is prose, "Bearer x7Fq2m…" is not. */
function looksRandom(token: string): boolean {
  return /\d/.test(token) || token.length >= 24 || /[a-z][A-Z]/.test(token);
}
