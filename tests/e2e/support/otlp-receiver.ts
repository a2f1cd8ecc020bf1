import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { type Attributes, attributesFromKeyValues, decodeMessage, KeyValueSchema } from '@drover/opamp';

/** One export with content. */
export interface OtlpExport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Common name of the sender's certificate. */
  readonly certificate: string | undefined;
  /** Of the first resource in it. */
  readonly resource: Attributes;
  /** Names of metrics and spans, bodies of log records. */
  readonly names: readonly string[];
}

export interface OtlpReceiver extends AsyncDisposable {
  /** http://… or https://…, without a path. */
  readonly url: string;
  readonly exports: readonly OtlpExport[];
  /** The status of every answer. */
  status: number;
}

/** Takes OTLP over HTTP with protobuf, and reads of it what the tests ask for. */
export async function startOtlpReceiver(tls?: TlsOptions): Promise<OtlpReceiver> {
  const exports: OtlpExport[] = [];
  const state = { status: 200 };
  const listener: Parameters<typeof createServer>[1] = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const name = (request.socket as TLSSocket).getPeerCertificate?.()?.subject?.CN;
    if (body.length > 0 && state.status === 200) {
      exports.push({
        path: request.url ?? '',
        headers: request.headers,
        certificate: Array.isArray(name) ? name[0] : name,
        ...read(body, request.url ?? ''),
      });
    }
    response.writeHead(state.status, { 'Content-Type': 'application/x-protobuf' }).end();
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Resource (field 1 of the first item) and items (items → scope (2) → record (2)) of an export request of either signal. */
function read(body: Uint8Array, path: string): Pick<OtlpExport, 'resource' | 'names'> {
  const [first = new Uint8Array()] = fields(body, 1);
  const [resource = new Uint8Array()] = fields(first, 1);
  const keyValues = fields(resource, 1).flatMap((bytes) => {
    // OTLP writes attributes as OpAMP does.
    const decoded = decodeMessage(KeyValueSchema, bytes);
    return decoded.kind === 'message' ? [decoded.message] : [];
  });
  const records = fields(body, 1).flatMap((item) => fields(item, 2).flatMap((scope) => fields(scope, 2)));
  const isMetric = path.endsWith('metrics');
  const names = records.flatMap((record) =>
    isMetric
      ? fields(record, 1)
      : path.endsWith('logs')
        ? fields(record, 5).flatMap((any) => fields(any, 1))
        : fields(record, 5),
  );
  return {
    resource: attributesFromKeyValues(keyValues),
    names: names.map((bytes) => Buffer.from(bytes).toString('utf8')),
  };
}

/** The contents of all length-delimited fields with this number, at the top level. */
function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else {
      const length = varint();
      if (tag >> 3 === wanted) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}
