import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpampServer } from '../server/opamp-server.ts';
import type {
  AgentSession,
  Offers,
  OpampServer,
  OpampServerHost,
  OpampServerOptions,
  PartName,
} from '../server/server-options.ts';
import { Mailbox } from './mailbox.ts';

/** A callback that the host got. */
export interface HostEvent {
  readonly kind: 'connected' | 'reported' | 'offered' | 'disconnected' | 'renamed' | 'problem';
  readonly session?: AgentSession;
  readonly changed?: readonly PartName[];
  readonly offers?: Offers;
  readonly reason?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly uids?: readonly string[];
}

export interface TestServer extends AsyncDisposable {
  readonly opamp: OpampServer;
  readonly http: Server;
  readonly port: number;
  /** ws://… or http://… */
  url(transport: 'websocket' | 'http'): string;
  readonly events: Mailbox<HostEvent>;
  /** What `host.offers` yields. */
  wanted: (session: AgentSession) => Offers | undefined;
}

/** All capabilities that the engine has flows for. */
export const TEST_CAPABILITIES = 0x7fn;

/** A server on a free port whose host writes down what it is told. */
export async function startTestServer(
  options: Partial<Omit<OpampServerOptions, 'host'>> & {
    readonly host?: Partial<OpampServerHost>;
    /** Where not any free one will do. */
    readonly port?: number;
  } = {},
): Promise<TestServer> {
  const events = new Mailbox<HostEvent>();
  const test = { wanted: (_session: AgentSession): Offers | undefined => undefined };
  const opamp = createOpampServer({
    capabilities: TEST_CAPABILITIES,
    ...options,
    host: {
      connected: (session) => events.put({ kind: 'connected', session }),
      reported: (session, changed) => events.put({ kind: 'reported', session, changed: [...changed] }),
      offers: (session) => test.wanted(session),
      offered: (session, offers) => events.put({ kind: 'offered', session, offers }),
      disconnected: (session, reason) => events.put({ kind: 'disconnected', session, reason }),
      renamed: (oldUid, newUid) => events.put({ kind: 'renamed', uids: [oldUid, newUid] }),
      problem: ({ code, detail }) => events.put({ kind: 'problem', code, detail }),
      ...options.host,
    },
  });
  const http = createServer();
  opamp.attach(http);
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return Object.assign(test, {
    opamp,
    http,
    port,
    events,
    url: (transport: 'websocket' | 'http') =>
      `${transport === 'http' ? 'http' : 'ws'}://127.0.0.1:${port}${options.path ?? '/v1/opamp'}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      await opamp.drain(0);
      http.closeAllConnections();
      await closed;
    },
  });
}
