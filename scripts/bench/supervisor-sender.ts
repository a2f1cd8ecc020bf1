import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 2;

/** Sends numbered log records to an OTLP receiver, one after the other, each again until it is taken. */
export class Sender {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  sent = 0;
  /** The longest that one record had to wait until it was taken. */
  longestWaitMs = 0;

  constructor(port: number) {
    this.#port = port;
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const madeAtMs = performance.now();
      const body = recordOf(this.sent);
      while (!(await this.#post(body))) {
        if (this.#stopping.signal.aborted) return;
        await sleep(EVERY_MS);
      }
      this.sent++;
      this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - madeAtMs);
      await sleep(EVERY_MS);
    }
  }

  #post(body: string): Promise<boolean> {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const target = { host: '127.0.0.1', port: this.#port, path: '/v1/logs', method: 'POST' };
      const posted = request({ ...target, headers, agent: this.#agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode === 200));
        answer.on('error', () => resolve(false));
      });
      posted.on('error', () => resolve(false));
      posted.end(body);
    });
  }
}

function recordOf(number: number): string {
  const logRecords = [{ body: { stringValue: String(number) } }];
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}
