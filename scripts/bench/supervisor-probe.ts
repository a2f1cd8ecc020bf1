import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 2;

/** What the health check on this port answers with now; undefined where nothing healthy answers. */
function answerOf(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, agent: false, timeout: 1_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : undefined));
      answer.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
  });
}

/** When (`performance.now()`) the Collector answered that it is healthy, with this marker or any; undefined: not in time. */
export async function servingAt(
  port: number,
  marker: string | undefined,
  withinMs: number,
): Promise<number | undefined> {
  const endMs = performance.now() + withinMs;
  while (performance.now() < endMs) {
    const answer = await answerOf(port);
    if (answer !== undefined && (marker === undefined || answer === marker)) return performance.now();
    await sleep(EVERY_MS);
  }
  return undefined;
}

/** Knocks at a port all the time, to know for how long nobody answered. */
export class PortProbe {
  readonly #port: number;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #lastOpenMs = performance.now();
  #isOpen = true;
  #openSinceMs = performance.now();
  /** The longest time from the last answer before a silence to the first one after it. */
  longestSilenceMs = 0;
  /** All silences together. */
  silentMs = 0;
  /** When the last silence ended. */
  reopenedAtMs: number | undefined;

  constructor(port: number) {
    this.#port = port;
    this.#ended = this.#run();
  }

  /** Somebody answered the last knock. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Every knock of this time was answered. */
  hasBeenOpenFor(ms: number): boolean {
    return this.#isOpen && performance.now() - this.#openSinceMs >= ms;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const isOpen = await knock(this.#port);
      const nowMs = performance.now();
      if (isOpen) {
        if (!this.#isOpen) {
          const silenceMs = nowMs - this.#lastOpenMs;
          this.longestSilenceMs = Math.max(this.longestSilenceMs, silenceMs);
          this.silentMs += silenceMs;
          this.reopenedAtMs = nowMs;
          this.#openSinceMs = nowMs;
        }
        this.#lastOpenMs = nowMs;
      }
      this.#isOpen = isOpen;
      await sleep(EVERY_MS);
    }
  }
}

function knock(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
