import { create, toBinary } from '@bufbuild/protobuf';
import { CustomMessageSchema } from '../gen/opamp/v1/opamp_pb.ts';
import type { CustomMessageInit, CustomMessageOutcome } from './client-options.ts';

interface Waiting {
  readonly capability: string;
  readonly bytes: Uint8Array;
}

/** The uid and the tags around a custom message. */
const MESSAGE_OVERHEAD = 64;
const DEFAULT_MAX_MESSAGES = 64;

/** Custom messages on their way to the server, in order, bounded in number and bytes. */
export class CustomMessageQueue {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #wasFull = false;
  /** What the server understands; undefined before it has said. */
  understood: ReadonlySet<string> | undefined = undefined;

  constructor(maxMessages: number | undefined, maxBytes: number) {
    this.#maxMessages = maxMessages ?? DEFAULT_MAX_MESSAGES;
    this.#maxBytes = maxBytes;
  }

  /** Something may be sent now. */
  get isReady(): boolean {
    return this.understood !== undefined && this.#waiting.length > 0;
  }

  add(init: CustomMessageInit): CustomMessageOutcome {
    if (this.understood !== undefined && !this.understood.has(init.capability)) return 'unsupported';
    const bytes = toBinary(CustomMessageSchema, create(CustomMessageSchema, init));
    if (bytes.length + MESSAGE_OVERHEAD > this.#maxBytes) return 'too_large';
    if (this.#waiting.length >= this.#maxMessages || this.#bytes + bytes.length > this.#maxBytes) {
      this.#wasFull = true;
      return 'queue_full';
    }
    this.#waiting.push({ capability: init.capability, bytes });
    this.#bytes += bytes.length;
    return 'queued';
  }

  /** Takes the next one that the server understands; what it does not understand is dropped, as it would ignore it. */
  take(maxBytes: number): Waiting | undefined {
    while (this.isReady) {
      const [next] = this.#waiting;
      if (next === undefined || next.bytes.length > maxBytes) return undefined;
      this.#waiting.shift();
      this.#bytes -= next.bytes.length;
      if (this.understood?.has(next.capability) === true) return next;
    }
    return undefined;
  }

  /** Takes out the next one where it is larger than this. */
  dropLargerThan(maxBytes: number): Waiting | undefined {
    const [next] = this.#waiting;
    if (!this.isReady || next === undefined || next.bytes.length <= maxBytes) return undefined;
    this.#waiting.shift();
    this.#bytes -= next.bytes.length;
    return next;
  }

  /** The message may not have arrived. */
  giveBack(message: Waiting): void {
    this.#waiting.unshift(message);
    this.#bytes += message.bytes.length;
  }

  /** True once after the queue was full and has room again. */
  takeDrained(): boolean {
    if (!this.#wasFull || this.#waiting.length >= this.#maxMessages) return false;
    this.#wasFull = false;
    return true;
  }
}

export type WaitingMessage = Waiting;
