import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The answer to a handshake (RFC 6455, 4.2), or what is wrong with it. */
export type Handshake =
  | { readonly kind: 'switch'; readonly head: string }
  | {
      readonly kind: 'bad';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly detail: string;
    };

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS = new Set(['13', '8']);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** No extension is ever agreed to. Of subprotocols the first that is asked for is, since clients may insist on one. */
export function answerHandshake({ method, headers }: IncomingMessage): Handshake {
  if (method !== 'GET') return bad(405, `the method is ${method}`, { Allow: 'GET' });
  if (headers.upgrade?.toLowerCase() !== 'websocket') return bad(400, `Upgrade is "${headers.upgrade}"`);
  const key = headers['sec-websocket-key'];
  if (key === undefined || !KEY.test(key)) return bad(400, 'Sec-WebSocket-Key is not 16 bytes in base64');
  if (!VERSIONS.has(headers['sec-websocket-version'] ?? '')) {
    const detail = `Sec-WebSocket-Version is "${headers['sec-websocket-version'] ?? ''}", expected 13 or 8`;
    return bad(400, detail, { 'Sec-WebSocket-Version': '13, 8' });
  }
  const protocol = headers['sec-websocket-protocol']?.split(',', 1)[0]?.trim();
  if (protocol !== undefined && !TOKEN.test(protocol)) return bad(400, 'Sec-WebSocket-Protocol is no token');
  const accept = hash('sha1', key + GUID, 'base64');
  const subprotocol = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  return {
    kind: 'switch',
    head: `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${subprotocol}\r\n`,
  };
}

function bad(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Handshake {
  return { kind: 'bad', status, headers, detail: `a handshake violates RFC 6455: ${detail}` };
}
