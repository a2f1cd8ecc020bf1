import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface LogsRequest {
  readonly resourceLogs?: readonly {
    readonly scopeLogs?: readonly {
      readonly logRecords?: readonly { readonly body?: { readonly stringValue?: string } }[];
    }[];
  }[];
}

/** Where the Collector sends what it got: takes OTLP logs as JSON and keeps the numbers of the records. */
export class Sink implements AsyncDisposable {
  readonly #server: Server;
  readonly #numbers = new Set<string>();

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#take(JSON.parse(Buffer.concat(chunks).toString()) as LogsRequest);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<Sink> {
    const sink = new Sink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many different records have arrived since the last call of `clear`. */
  get arrived(): number {
    return this.#numbers.size;
  }

  clear(): void {
    this.#numbers.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #take({ resourceLogs = [] }: LogsRequest): void {
    for (const { scopeLogs = [] } of resourceLogs)
      for (const { logRecords = [] } of scopeLogs)
        for (const { body } of logRecords)
          if (body?.stringValue !== undefined) this.#numbers.add(body.stringValue);
  }
}
