import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { createOpampServer } from '../server/opamp-server.ts';
import type { AgentSession, Offers, OpampServer, OpampServerHost } from '../server/server-options.ts';
import { Mailbox } from './mailbox.ts';

export function tlsFile(name: string): string {
  return readFileSync(new URL(`./tls/${name}.pem`, import.meta.url), 'utf8');
}

/** What a connection or request came with. */
export interface TlsPeer {
  /** The common name of its client certificate. */
  readonly certificate: string | undefined;
  readonly cipher: string | undefined;
  readonly authorization: string | undefined;
}

export interface TlsTestServer extends AsyncDisposable {
  readonly opamp: OpampServer;
  readonly port: number;
  url(transport: 'websocket' | 'http'): string;
  readonly peers: Mailbox<TlsPeer>;
  onReported: (session: AgentSession) => void;
  wanted: (session: AgentSession) => Offers | undefined;
  /** Who may come in. */
  accepts: (peer: TlsPeer) => boolean;
}

/** Our server behind TLS, which asks for a client certificate and takes what comes. */
export async function startTlsServer(
  tls: TlsOptions = {},
  host: Partial<OpampServerHost> = {},
): Promise<TlsTestServer> {
  const peers = new Mailbox<TlsPeer>();
  const test = {
    wanted: (_session: AgentSession): Offers | undefined => undefined,
    accepts: (_peer: TlsPeer): boolean => true,
    onReported: (_session: AgentSession): void => undefined,
  };
  const opamp = createOpampServer({
    capabilities: 0x7fn,
    host: {
      accept: ({ tlsSocket, headers: { authorization } }) => {
        const peer = { ...ofSocket(tlsSocket), authorization };
        peers.put(peer);
        return test.accepts(peer)
          ? { kind: 'accept' }
          : { kind: 'refuse', status: 401, message: 'another certificate is needed' };
      },
      reported: (session) => test.onReported(session),
      offers: (session) => test.wanted(session),
      ...host,
    },
  });
  const https = createServer({
    cert: tlsFile('server-cert'),
    key: tlsFile('server-key'),
    ca: tlsFile('agent-ca-cert'),
    requestCert: true,
    rejectUnauthorized: false,
    ...tls,
  });
  opamp.attach(https);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  const { port } = https.address() as AddressInfo;
  return Object.assign(test, {
    opamp,
    port,
    peers,
    url: (transport: 'websocket' | 'http') =>
      `${transport === 'http' ? 'https' : 'wss'}://127.0.0.1:${port}/v1/opamp`,
    async [Symbol.asyncDispose]() {
      await opamp.drain(0);
      https.closeAllConnections();
      await new Promise((resolve) => https.close(resolve));
    },
  });
}

function ofSocket(socket: TLSSocket | undefined): Pick<TlsPeer, 'certificate' | 'cipher'> {
  const name = socket?.authorized === true ? socket.getPeerCertificate().subject?.CN : undefined;
  return { certificate: Array.isArray(name) ? name[0] : name, cipher: socket?.getCipher()?.standardName };
}
