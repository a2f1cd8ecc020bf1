import { CliError } from '../failure.ts';

const CERTIFICATE_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return '';
}

function reasonOf(code: string, host: string): string {
  if (code === 'ECONNREFUSED')
    return 'nothing listens there. Is the server running, and is this its HTTP port?';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name "${host}" is not known. Check the URL.`;
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return 'no answer. Is a firewall in between?';
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'there is no route to that host.';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') {
    return 'the connection was closed before an answer. Is it http where https is needed, or the OpAMP port?';
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return 'the server does not speak TLS on that port: try http:// instead of https://.';
  }
  if (CERTIFICATE_CODES.has(code)) {
    return "its certificate is signed by an authority that this machine does not know. Name the authority's file in NODE_EXTRA_CA_CERTS.";
  }
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is not for "${host}".`;
  return code === '' ? 'the request failed.' : `the request failed (${code}).`;
}

/** A failed fetch in plain words: which URL, what happened, what to try. */
export function networkFailure(url: string, error: unknown, timeoutMs: number): CliError {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const reason = timedOut
    ? `no answer within ${timeoutMs / 1000} s.`
    : reasonOf(codeOf(error), new URL(url).hostname);
  return new CliError(
    `Cannot reach the Drover server at ${url}: ${reason}\nAnother server is named by --url or DROVER_URL.`,
    undefined,
    { cause: error },
  );
}
