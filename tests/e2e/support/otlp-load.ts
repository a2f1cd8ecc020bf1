import { createServer, Agent as HttpAgent, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { eventually } from './process.ts';

/** A log record every few milliseconds, each sent again until it is taken, and the backend behind the Collector that notes which ones came through. */
export interface OtlpLoad extends AsyncDisposable {
  /** Where a Collector is to receive OTLP/HTTP. */
  readonly receiverPort: number;
  /** Where it is to export OTLP/HTTP in JSON to. */
  readonly backendUrl: string;
  /** Tries that were refused so far. */
  readonly refused: number;
  /** Records that reached the backend. */
  readonly delivered: number;
  start(): void;
  /** Ends the sending and resolves when every record is at the backend; rejects naming how many are missing otherwise. */
  finish(): Promise<{ readonly sent: number }>;
}

const SEND_EVERY_MS = 4;
const RETRY_AFTER_MS = 5;

export async function otlpLoad(): Promise<OtlpLoad> {
  const received = new Set<number>();
  const backend = await listening(received);
  const receiverPort = await freePort();
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 8 });
  const waiting = new Set<Promise<void>>();
  let sent = 0;
  let refused = 0;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  const send = async (id: number) => {
    while (!(await post(receiverPort, agent, id)) && !isOver) {
      refused++;
      await delay(RETRY_AFTER_MS);
    }
  };
  const stop = () => clearInterval(timer);
  return {
    receiverPort,
    backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
    get refused() {
      return refused;
    },
    get delivered() {
      return received.size;
    },
    start() {
      timer = setInterval(() => {
        const sending = send(sent++);
        waiting.add(sending);
        void sending.then(() => waiting.delete(sending));
      }, SEND_EVERY_MS);
    },
    async finish() {
      stop();
      await Promise.all(waiting);
      await eventually('every record reached the backend', () => received.size === sent, 20_000).catch(
        (error: unknown) => {
          throw new Error(`${sent - received.size} of ${sent} records are lost`, { cause: error });
        },
      );
      return { sent };
    },
    async [Symbol.asyncDispose]() {
      stop();
      isOver = true;
      await Promise.all(waiting);
      agent.destroy();
      backend.closeAllConnections();
      await new Promise((resolve) => backend.close(resolve));
    },
  };
}

/** A pipeline from the load to its backend; whatever `more` says is merged into the top level by hand. */
export function pipelineOf(load: OtlpLoad, name: string): string {
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${load.receiverPort}` } } } },
    processors: { [`attributes/${name}`]: { actions: [{ key: 'config', value: name, action: 'upsert' }] } },
    exporters: { otlphttp: { endpoint: load.backendUrl, encoding: 'json', compression: 'none' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        logs: { receivers: ['otlp'], processors: [`attributes/${name}`], exporters: ['otlphttp'] },
      },
    },
  });
}

async function listening(received: Set<number>): Promise<Server> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      for (const [, id] of text.matchAll(/"record-(\d+)"/g)) received.add(Number(id));
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function post(port: number, agent: HttpAgent, id: number): Promise<boolean> {
  const body = { stringValue: `record-${id}` };
  return new Promise((resolve) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: 'POST',
        path: '/v1/logs',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode === 200));
      },
    );
    outgoing.on('error', () => resolve(false));
    outgoing.end(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] }));
  });
}
