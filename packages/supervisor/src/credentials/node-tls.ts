import type { ConnectionOptions } from 'node:tls';
import type { ClientTlsOptions } from '@drover/opamp/client';

/** TLS of a client in the words of node:tls. */
export function nodeTls(tls: ClientTlsOptions): ConnectionOptions {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: `TLSv${tls.maxVersion}` }),
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers.join(':') }),
    minVersion: `TLSv${tls.minVersion ?? '1.2'}`,
    rejectUnauthorized: tls.insecureSkipVerify !== true,
  };
}
