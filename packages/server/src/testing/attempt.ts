import { request } from 'node:http';
import {
  AgentToServerSchema,
  agentCapabilityBits,
  create,
  decodeServerToAgent,
  encodeAgentToServer,
  type InstanceUid,
  instanceUidToBytes,
} from '@drover/opamp';

const CLOSE_FRAME = 0x88;
const BINARY_FRAME = 0x82;
/** In the place of the length: two bytes of length follow. */
const LONG = 126;

/**
 * What becomes of the first message of an agent with this uid and Authorization header, said without any client: the HTTP status; over a WebSocket that
 * of the handshake where it is refused, the close code where the link is closed, and 200 where the message is answered without an error.
 */
export function attempt(url: string, uid: string, authorization: string | undefined): Promise<number> {
  const message = encodeAgentToServer(
    create(AgentToServerSchema, {
      instanceUid: instanceUidToBytes(uid as InstanceUid),
      sequenceNum: 1n,
      capabilities: agentCapabilityBits(['ReportsStatus']),
    }),
  );
  const headers = authorization === undefined ? {} : { authorization };
  return url.startsWith('http') ? byPost(url, message, headers) : byWebSocket(url, message, headers);
}

async function byPost(url: string, message: Uint8Array, headers: Record<string, string>): Promise<number> {
  const type = { 'content-type': 'application/x-protobuf' };
  const { status } = await fetch(url, {
    method: 'POST',
    headers: { ...type, ...headers },
    body: new Uint8Array(message),
  });
  return status;
}

function byWebSocket(url: string, message: Uint8Array, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const handshake = request(url.replace(/^ws/, 'http'), {
      agent: false,
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    });
    handshake.on('error', reject);
    handshake.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    handshake.on('upgrade', (_response, socket) => {
      let received = Buffer.alloc(0);
      socket.on('error', reject);
      socket.on('data', (data: Buffer) => {
        received = Buffer.concat([received, data]);
        for (;;) {
          const [opcode = 0, short = 0] = received;
          const start = short === LONG ? 4 : 2;
          if (received.length < start) return;
          const end = start + (short === LONG ? received.readUInt16BE(2) : short);
          if (received.length < end) return;
          const payload = received.subarray(start, end);
          received = received.subarray(end);
          const verdict =
            opcode === CLOSE_FRAME
              ? payload.readUInt16BE(0)
              : opcode === BINARY_FRAME && isWell(payload.subarray(1))
                ? 200
                : undefined;
          if (verdict === undefined) continue;
          resolve(verdict);
          socket.destroy();
        }
      });
      // The header of OpAMP, and a mask of zeros, which leaves the bytes as they are.
      const body = Buffer.concat([Buffer.from([0]), message]);
      socket.write(Buffer.concat([Buffer.from([BINARY_FRAME, 0x80 | body.length, 0, 0, 0, 0]), body]));
    });
    handshake.end();
  });
}

function isWell(bytes: Uint8Array): boolean {
  const answer = decodeServerToAgent(bytes);
  return answer.kind === 'message' && answer.message.errorResponse === undefined;
}
