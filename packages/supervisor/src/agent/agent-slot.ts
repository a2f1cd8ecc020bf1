import { setTimeout as delay } from 'node:timers/promises';
import { restartDelayMs } from '../process/crash-backoff.ts';
import { type AgentStatus, unsupervisedStatus } from '../status/agent-status.ts';
import { ManagedAgent, type ManagedAgentOptions, type WhatOfTheAgent } from './managed-agent.ts';

/**
 * The place of one agent among several. What keeps its supervision from beginning (a folder that cannot be written,
 * a port that cannot be opened) is tried again and again, and is nothing to the others.
 */
export class AgentSlot {
  readonly #options: ManagedAgentOptions;
  readonly #stopping = new AbortController();
  #agent: ManagedAgent | undefined;
  #retrying: Promise<void> | undefined;
  #problem = '';
  readonly #sinceMs = Date.now();

  constructor(options: ManagedAgentOptions) {
    this.#options = options;
  }

  /** Undefined while it is not under supervision. */
  get agent(): ManagedAgent | undefined {
    return this.#agent;
  }

  /** How it is now. */
  status(): AgentStatus {
    const { settings } = this.#options;
    return this.#agent?.status() ?? unsupervisedStatus(settings, this.#problem, this.#sinceMs);
  }

  /** Resolves when the agent is under supervision; rejects when it is not and `keepTrying` has to be called for it to become so. */
  async start(): Promise<void> {
    const agent = new ManagedAgent(this.#options);
    try {
      await agent.start();
    } catch (error) {
      await agent.stop().catch(() => {});
      throw error;
    }
    this.#agent = agent;
    const { settings, logger } = this.#options;
    logger.info(
      { instanceUid: agent.instanceUid, executable: settings.executable },
      'agent under supervision',
    );
  }

  /** After a start that failed: tries until it succeeds or `stop` is called. */
  keepTrying(error: unknown): void {
    this.#retrying = this.#retry(error);
  }

  /** Ends the agent, or leaves it to the next supervisor; safe twice. */
  async stop(agent: WhatOfTheAgent): Promise<void> {
    this.#stopping.abort();
    await this.#retrying;
    await this.#agent?.stop(agent);
  }

  async #retry(first: unknown): Promise<void> {
    let error = first;
    for (let failures = 1; !this.#stopping.signal.aborted; failures++) {
      const retryInMs = restartDelayMs(failures, Math.random());
      this.#problem = error instanceof Error ? error.message : String(error);
      this.#options.logger.error({ err: this.#problem, retryInMs }, 'the agent cannot be supervised yet');
      await delay(retryInMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      try {
        return await this.start();
      } catch (next) {
        error = next;
      }
    }
  }
}
