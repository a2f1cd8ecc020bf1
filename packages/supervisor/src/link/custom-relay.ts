import type { CustomMessageInit, CustomMessageOutcome } from '@drover/opamp/client';
import type { SendOutcome } from '@drover/opamp/server';

/** The running agent's end for custom messages, where its kind has one. */
export interface CustomChannel {
  /** What the server understands; the agent is told. */
  announce(capabilities: readonly string[]): void;
  send(message: CustomMessageInit): SendOutcome;
}

export type CustomDirection = 'to_server' | 'to_agent';

/** Why a custom message was dropped. */
export type CustomDrop = 'unsupported' | 'too_large' | 'queue_full';

export interface CustomRelayOptions {
  readonly agent: CustomChannel | undefined;
  readonly server: (message: CustomMessageInit) => CustomMessageOutcome;
  readonly onDropped: (direction: CustomDirection, reason: CustomDrop) => void;
}

/** What may wait for an agent that is being restarted. */
const MAX_WAITING = 64;
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Passes custom messages on between the server and the agent, as they are and in order (specification: Custom Messages). Those to the server wait in
 * its client, those to an agent that is not there for the moment wait here; what does not fit is dropped and told of.
 */
export class CustomRelay {
  readonly #options: CustomRelayOptions;
  readonly #waiting: CustomMessageInit[] = [];
  #waitingBytes = 0;
  #understood: readonly string[] = [];

  constructor(options: CustomRelayOptions) {
    this.#options = options;
  }

  /** The server said what it understands. */
  serverUnderstands(capabilities: readonly string[]): void {
    if (capabilities.join('\n') === this.#understood.join('\n')) return;
    this.#understood = capabilities;
    this.#options.agent?.announce(capabilities);
  }

  fromAgent(message: CustomMessageInit): void {
    const outcome = this.#options.server(message);
    if (outcome !== 'queued') this.#options.onDropped('to_server', outcome);
  }

  fromServer(message: CustomMessageInit): void {
    // Not past those that wait.
    if (this.#waiting.length > 0 || !this.#deliver(message)) this.#wait(message);
  }

  /** The agent said what it understands: it is there. */
  agentUnderstands(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#deliver(next)) return;
      this.#waiting.shift();
      this.#waitingBytes -= next.data.length;
    }
  }

  /** False where the agent is not there to take it. */
  #deliver(message: CustomMessageInit): boolean {
    const outcome = this.#options.agent?.send(message) ?? 'unsupported';
    if (outcome === 'not_connected') return false;
    if (outcome !== 'queued') this.#options.onDropped('to_agent', outcome);
    return true;
  }

  #wait(message: CustomMessageInit): void {
    const bytes = this.#waitingBytes + message.data.length;
    if (this.#waiting.length >= MAX_WAITING || bytes > MAX_WAITING_BYTES) {
      this.#options.onDropped('to_agent', 'queue_full');
      return;
    }
    this.#waiting.push(message);
    this.#waitingBytes = bytes;
  }
}
