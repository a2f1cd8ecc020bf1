import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import {
  type AgentToServer,
  decodeAgentToServer,
  decodeServerToAgent,
  type ServerToAgent,
} from '@drover/opamp';

/** One request of a client and its answer, as they were on the wire. */
export interface Exchange {
  readonly requestHeaders: IncomingHttpHeaders;
  /** Undefined where the body is no message. */
  readonly message: AgentToServer | undefined;
  readonly status: number;
  readonly replyHeaders: IncomingHttpHeaders;
  readonly reply: ServerToAgent | undefined;
}

export interface HttpRelay extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
}

/** Stands between a client and a server over plain HTTP and changes no byte. Where the server is away, it is away too. */
export async function startHttpRelay(target: string): Promise<HttpRelay> {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    pass(target, incoming, outgoing, exchanges).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    exchanges,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  exchanges: Exchange[],
): Promise<void> {
  const { method = 'POST', headers } = incoming;
  const body = await buffer(incoming);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(target, { method, headers }, resolve).on('error', reject).end(body);
  });
  const reply = await buffer(answer);
  exchanges.push({
    requestHeaders: headers,
    message: messageOf(decodeAgentToServer(plain(body, headers))),
    status: answer.statusCode ?? 0,
    replyHeaders: answer.headers,
    reply: messageOf(decodeServerToAgent(plain(reply, answer.headers))),
  });
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(reply);
}

function plain(body: Buffer, headers: IncomingHttpHeaders): Buffer {
  return headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function messageOf<T>(decoded: { kind: 'message'; message: T } | { kind: 'bad_message' }): T | undefined {
  return decoded.kind === 'message' ? decoded.message : undefined;
}
