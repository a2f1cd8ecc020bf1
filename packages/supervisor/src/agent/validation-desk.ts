import type { ConfigFile } from '@drover/opamp';
import type { CustomMessageInit } from '@drover/opamp/client';
import {
  readValidationRequest,
  type ValidationAnswer,
  type ValidationRequest,
  validationAnswer,
} from '../link/validation-messages.ts';

/** What may wait while the program is asked; each may be as large as an offer. */
const MAX_WAITING = 4;

export interface ValidationDeskOptions {
  readonly validate: (files: ReadonlyMap<string, ConfigFile>) => Promise<ValidationAnswer>;
  readonly send: (message: CustomMessageInit) => void;
}

/** Takes the server's questions whether a configuration would run: one is worked on, a few wait, more are told to come later. */
export class ValidationDesk {
  readonly #options: ValidationDeskOptions;
  readonly #waiting: ValidationRequest[] = [];
  #working: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ValidationDeskOptions) {
    this.#options = options;
  }

  /** A custom message of the capability came. What is no request is ignored. */
  take(message: CustomMessageInit): void {
    const request = readValidationRequest(message);
    if (request === undefined || this.#isClosed) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#answer(request, {
        kind: 'busy',
        message: `one configuration is being checked and ${MAX_WAITING} wait: ask again in a moment`,
      });
      return;
    }
    this.#waiting.push(request);
    this.#working ??= this.#work();
  }

  /** Forgets what waits; resolves when the program is not asked any more. Safe twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const answer = await this.#options.validate(next.files).catch((error: unknown) => ({
        kind: 'refused' as const,
        message: `the configuration could not be checked: ${error instanceof Error ? error.message : String(error)}`,
      }));
      if (!this.#isClosed) this.#answer(next, answer);
    }
    this.#working = undefined;
  }

  #answer({ id }: ValidationRequest, answer: ValidationAnswer): void {
    this.#options.send(validationAnswer(id, answer));
  }
}
