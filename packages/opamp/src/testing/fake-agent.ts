/** A test peer that speaks bytes: it knows the messages, and nothing of our client. */
import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type RawData, WebSocket } from 'ws';
import { AgentToServerSchema, type ServerToAgent, ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { type InstanceUid, instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import { Mailbox } from './mailbox.ts';

export type Transport = 'websocket' | 'http';
export type AgentMessageInit = MessageInitShape<typeof AgentToServerSchema>;

export interface FakeAgent extends AsyncDisposable {
  readonly uid: InstanceUid;
  /** Sends one message, numbered by the caller, and returns the answer. The uid is filled in where it is left out. */
  exchange(message: AgentMessageInit): Promise<ServerToAgent>;
  /** Sends the bytes of one message (without header) and returns those of the answer. */
  exchangeBytes(message: Uint8Array): Promise<Uint8Array>;
}

export interface FakeAgentOptions {
  readonly uid?: InstanceUid;
  readonly headers?: OutgoingHttpHeaders;
}

/** A description whose service.name is `name`. */
export function describedAs(name: string, serviceInstanceId?: string): AgentMessageInit['agentDescription'] {
  const attribute = (key: string, value: string) => ({
    key,
    value: { value: { case: 'stringValue' as const, value } },
  });
  return {
    identifyingAttributes: [
      attribute('service.name', name),
      ...(serviceInstanceId === undefined ? [] : [attribute('service.instance.id', serviceInstanceId)]),
    ],
  };
}

export async function connectFakeAgent(
  transport: Transport,
  url: string,
  options: FakeAgentOptions = {},
): Promise<FakeAgent> {
  return transport === 'http'
    ? new FakeHttpAgent(url, options)
    : await FakeWebSocketAgent.connect(url, options);
}

function encode(uid: InstanceUid, message: AgentMessageInit): Uint8Array {
  return toBinary(
    AgentToServerSchema,
    create(AgentToServerSchema, { instanceUid: instanceUidToBytes(uid), ...message }),
  );
}

export class FakeWebSocketAgent implements FakeAgent {
  readonly uid: InstanceUid;
  readonly webSocket: WebSocket;
  readonly received = new Mailbox<Uint8Array>();
  /** The close code. */
  readonly closed: Promise<number>;

  constructor(url: string, options: FakeAgentOptions) {
    this.uid = options.uid ?? newInstanceUid();
    this.webSocket = new WebSocket(url, {
      perMessageDeflate: false,
      headers: options.headers as Record<string, string>,
    });
    this.webSocket.on('message', (data: RawData) => {
      const bytes = new Uint8Array(data as Buffer);
      if (bytes[0] !== 0) throw new Error('a message from the server has no header');
      this.received.put(bytes.subarray(1));
    });
    this.closed = new Promise((resolve) => this.webSocket.on('close', resolve));
    this.webSocket.on('error', () => undefined);
  }

  static async connect(url: string, options: FakeAgentOptions = {}): Promise<FakeWebSocketAgent> {
    const agent = new FakeWebSocketAgent(url, options);
    await once(agent.webSocket, 'open');
    return agent;
  }

  async exchange(message: AgentMessageInit): Promise<ServerToAgent> {
    return fromBinary(ServerToAgentSchema, await this.exchangeBytes(encode(this.uid, message)));
  }

  async exchangeBytes(message: Uint8Array): Promise<Uint8Array> {
    this.sendFrame(Buffer.concat([Buffer.from([0]), message]));
    return await this.received.take();
  }

  /** What the server said next, in answer or not. */
  async pushed(): Promise<ServerToAgent> {
    return fromBinary(ServerToAgentSchema, await this.received.take());
  }

  /** One WebSocket message exactly as given. */
  sendFrame(data: Uint8Array | string): void {
    this.webSocket.send(data);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.webSocket.terminate();
    await this.closed;
  }
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class FakeHttpAgent implements FakeAgent {
  readonly uid: InstanceUid;
  readonly #url: string;
  readonly #headers: OutgoingHttpHeaders;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string, options: FakeAgentOptions = {}) {
    this.uid = options.uid ?? newInstanceUid();
    this.#url = url;
    this.#headers = options.headers ?? {};
  }

  async exchange(message: AgentMessageInit): Promise<ServerToAgent> {
    return fromBinary(ServerToAgentSchema, await this.exchangeBytes(encode(this.uid, message)));
  }

  async exchangeBytes(message: Uint8Array): Promise<Uint8Array> {
    return new Uint8Array((await this.post(message)).body);
  }

  post(body: Uint8Array, headers: OutgoingHttpHeaders = {}, method = 'POST'): Promise<HttpAnswer> {
    return httpExchange(this.#url, this.#agent, method, body, {
      'Content-Type': 'application/x-protobuf',
      ...this.#headers,
      ...headers,
    });
  }

  encode(message: AgentMessageInit): Uint8Array {
    return encode(this.uid, message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
  }
}

function httpExchange(
  url: string,
  agent: Agent,
  method: string,
  body: Uint8Array,
  headers: OutgoingHttpHeaders,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers: { ...headers, 'Content-Length': body.length } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.end(body);
  });
}
