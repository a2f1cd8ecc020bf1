import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type AgentToServer,
  create,
  decodeAgentToServer,
  encodeServerToAgent,
  frame,
  instanceUidToBytes,
  parseInstanceUid,
  ServerToAgentSchema,
  unframe,
} from '@drover/opamp';
import { eventually } from './process.ts';

type ServerMessage = Parameters<typeof create<typeof ServerToAgentSchema>>[1];

/**
 * A server that keeps to no rule: it sends what it is told, bytes or messages, to whoever is connected, and answers
 * nothing by itself. It speaks WebSocket frames of its own making.
 */
export interface HostileServer extends AsyncDisposable {
  readonly url: string;
  /** Handshakes so far. */
  readonly handshakes: number;
  /** The open links on which an agent has said who it is. */
  readonly links: number;
  /** What agents have said, oldest first; the newest thousand. */
  readonly heard: readonly AgentToServer[];
  /** Codes of the close frames that agents have sent. */
  readonly closeCodes: readonly number[];
  /** Closes each link right after its handshake while it is set. */
  closesAtOnce: boolean;
  /** To every link; under the uid of the agent on it unless the message has another. */
  send(message: ServerMessage): void;
  sendBytes(bytes: Uint8Array): void;
  /** Resolves with the first thing that was heard and is so, old or new. */
  until(what: string, isSo: (message: AgentToServer) => boolean): Promise<AgentToServer>;
}

interface Link {
  readonly socket: Duplex;
  /** Undefined until the agent has spoken. */
  uid: Uint8Array | undefined;
}

const OPCODE = { continuation: 0, binary: 2, close: 8, ping: 9, pong: 10 };
const MOST_HEARD = 1_000;

export async function startHostileServer(): Promise<HostileServer> {
  const links = new Set<Link>();
  const heard: AgentToServer[] = [];
  const closeCodes: number[] = [];
  const state = { handshakes: 0, closesAtOnce: false };

  const take = (link: Link, opcode: number, payload: Buffer) => {
    if (opcode === OPCODE.ping) link.socket.write(frameOf(OPCODE.pong, payload));
    if (opcode === OPCODE.close) {
      if (payload.length >= 2) closeCodes.push(payload.readUInt16BE(0));
      link.socket.end();
    }
    if (opcode !== OPCODE.binary) return;
    const unframed = unframe(payload, payload.length);
    const decoded = unframed.kind === 'message' ? decodeAgentToServer(unframed.body) : undefined;
    if (decoded?.kind !== 'message') return;
    link.uid = decoded.message.instanceUid;
    heard.push(decoded.message);
    if (heard.length > MOST_HEARD) heard.shift();
  };

  const http = createServer();
  http.on('upgrade', (request, socket) => {
    state.handshakes++;
    socket.on('error', () => {});
    socket.write(handshake(request));
    if (state.closesAtOnce) {
      socket.end(frameOf(OPCODE.close, Buffer.from([0x03, 0xe8])));
      // Unread, it would never be seen to end.
      socket.resume();
      return;
    }
    const link: Link = { socket, uid: undefined };
    links.add(link);
    socket.on('close', () => links.delete(link));
    readFrames(socket, (opcode, payload) => take(link, opcode, payload));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;

  return {
    url: `ws://127.0.0.1:${port}/v1/opamp`,
    heard,
    closeCodes,
    get handshakes() {
      return state.handshakes;
    },
    get links() {
      return [...links].filter(({ uid }) => uid !== undefined).length;
    },
    get closesAtOnce() {
      return state.closesAtOnce;
    },
    set closesAtOnce(closes) {
      state.closesAtOnce = closes;
    },
    send(message) {
      for (const { socket, uid } of links) {
        if (uid === undefined) continue;
        const body = encodeServerToAgent(create(ServerToAgentSchema, { instanceUid: uid, ...message }));
        socket.write(frameOf(OPCODE.binary, Buffer.from(frame(body))));
      }
    },
    sendBytes(bytes) {
      for (const { socket } of links) socket.write(frameOf(OPCODE.binary, Buffer.from(bytes)));
    },
    until: (what, isSo) => eventually(what, () => heard.find(isSo)),
    async [Symbol.asyncDispose]() {
      for (const { socket } of links) socket.destroy();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

/** The bytes of a uid, for messages that are meant for somebody else. */
export function uidBytes(text: string): Uint8Array {
  const uid = parseInstanceUid(text);
  if (uid === undefined) throw new Error(`${text} is no uid`);
  return instanceUidToBytes(uid);
}

function handshake({ headers }: IncomingMessage): string {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** One whole frame of a server: not masked. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (head.length === 2) head[1] = payload.length;
  else if (head.length === 4) {
    head[1] = 126;
    head.writeUInt16BE(payload.length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Reads the masked frames of a client; those of one message are put together. */
function readFrames(socket: Duplex, take: (opcode: number, payload: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  let message: { opcode: number; parts: Buffer[] } | undefined;
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const short = (rest[1] ?? 0) & 0x7f;
      const headLength = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (rest.length < headLength + 4) return;
      const length =
        short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
      const start = headLength + 4;
      if (rest.length < start + length) return;
      const mask = rest.subarray(headLength, start);
      const payload = Buffer.from(rest.subarray(start, start + length));
      for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
      const opcode = (rest[0] ?? 0) & 0x0f;
      const isFinal = ((rest[0] ?? 0) & 0x80) !== 0;
      rest = rest.subarray(start + length);
      if (opcode >= OPCODE.close) {
        take(opcode, payload);
        continue;
      }
      message = opcode === OPCODE.continuation && message ? message : { opcode, parts: [] };
      message.parts.push(payload);
      if (isFinal) take(message.opcode, Buffer.concat(message.parts));
    }
  });
}
