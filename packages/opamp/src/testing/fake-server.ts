/** A test peer that speaks bytes: it answers what the test tells it, and nothing of our server is in it. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type WebSocket, WebSocketServer } from 'ws';
import { type AgentToServer, AgentToServerSchema, ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from './fake-agent.ts';
import { Mailbox } from './mailbox.ts';

export type ServerMessageInit = MessageInitShape<typeof ServerToAgentSchema>;

/** One message that the client sent. */
export interface FakeServerExchange {
  readonly message: AgentToServer;
  readonly headers: IncomingHttpHeaders;
  /** Answers under the message's own uid, unless another is given. */
  answer(message?: ServerMessageInit): void;
  /** Over HTTP another status; over WebSocket the link is cut instead. */
  fail(status: number, headers?: OutgoingHttpHeaders, body?: Uint8Array): void;
  /** Over HTTP the raw body of a 200; over WebSocket the raw binary message. */
  answerRaw(bytes: Uint8Array, headers?: OutgoingHttpHeaders): void;
}

/** Exchanges, the ones that do not matter answered on the way. */
export class ExchangeMailbox extends Mailbox<FakeServerExchange> {
  async takeWhereAnswering(fits: (exchange: FakeServerExchange) => boolean): Promise<FakeServerExchange> {
    for (;;) {
      const exchange = await this.take();
      exchange.answer();
      if (fits(exchange)) return exchange;
    }
  }
}

export interface FakeServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly received: ExchangeMailbox;
  /** The close codes of WebSockets that the client closed. */
  readonly closed: Mailbox<number>;
  /** Status and headers with which handshakes and requests are refused before they are read; undefined = none. */
  refusal: { readonly status: number; readonly headers?: OutgoingHttpHeaders } | undefined;
  /** Requests that are not answered yet. */
  readonly openExchanges: () => number;
  /** The WebSockets that are open. */
  readonly links: ReadonlySet<WebSocket>;
  /** From here on every request is answered at once, also those that are open. */
  answerRest(): void;
}

export async function startFakeServer(transport: Transport, port = 0): Promise<FakeServer> {
  const received = new ExchangeMailbox();
  const closed = new Mailbox<number>();
  const links = new Set<WebSocket>();
  const state: { refusal: FakeServer['refusal'] } = { refusal: undefined };
  const unanswered = new Set<ServerResponse>();
  let answersAll = false;
  const http = createServer((request, response) => {
    if (state.refusal !== undefined) {
      request.resume();
      response.writeHead(state.refusal.status, state.refusal.headers).end();
      return;
    }
    unanswered.add(response);
    response.on('close', () => unanswered.delete(response));
    if (answersAll) {
      request.resume();
      response.end();
      return;
    }
    void readHttp(request, response).then((exchange) => received.put(exchange));
  });
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request, socket, head) => {
    if (state.refusal !== undefined) {
      const headers = Object.entries(state.refusal.headers ?? {}).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      socket.end(`HTTP/1.1 ${state.refusal.status} x\r\nContent-Length: 0\r\n${headers.join('')}\r\n`);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (link) => {
      links.add(link);
      link.on('message', (data) =>
        received.put(webSocketExchange(link, request, new Uint8Array(data as Buffer))),
      );
      link.on('close', (code) => {
        links.delete(link);
        closed.put(code);
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const bound = (http.address() as AddressInfo).port;
  return Object.assign(state, {
    port: bound,
    url: `${transport === 'http' ? 'http' : 'ws'}://127.0.0.1:${bound}/v1/opamp`,
    received,
    closed,
    links,
    openExchanges: () => unanswered.size,
    answerRest() {
      answersAll = true;
      for (const response of unanswered) response.end();
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise<void>((resolve) => http.close(() => resolve()));
      for (const link of links) link.terminate();
      http.closeAllConnections();
      await ended;
    },
  });
}

async function readHttp(request: IncomingMessage, response: ServerResponse): Promise<FakeServerExchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const message = fromBinary(AgentToServerSchema, new Uint8Array(Buffer.concat(chunks)));
  const reply = (status: number, body: Uint8Array, headers: OutgoingHttpHeaders) => {
    response.writeHead(status, { 'Content-Type': 'application/x-protobuf', ...headers }).end(body);
  };
  return {
    message,
    headers: request.headers,
    answer: (init) => reply(200, encode(message, init), {}),
    fail: (status, headers = {}, body = new Uint8Array()) => reply(status, body, headers),
    answerRaw: (bytes, headers = {}) => reply(200, bytes, headers),
  };
}

function webSocketExchange(link: WebSocket, request: IncomingMessage, data: Uint8Array): FakeServerExchange {
  if (data[0] !== 0) throw new Error('a message from the client has no header');
  const message = fromBinary(AgentToServerSchema, data.subarray(1));
  return {
    message,
    headers: request.headers,
    answer: (init) => link.send(Buffer.concat([Buffer.from([0]), encode(message, init)])),
    fail: () => link.terminate(),
    answerRaw: (bytes) => link.send(bytes),
  };
}

function encode({ instanceUid }: AgentToServer, init: ServerMessageInit = {}): Uint8Array {
  return toBinary(ServerToAgentSchema, create(ServerToAgentSchema, { instanceUid, ...init }));
}
