import { setTimeout as sleep } from 'node:timers/promises';
import {
  AgentToServerSchema,
  agentCapabilityBits,
  create,
  encodeAgentToServer,
  type InstanceUid,
  instanceUidToBytes,
  newInstanceUid,
} from '@drover/opamp';
import type { RunningSubject } from './subject.ts';

const PAUSE_MS = 5;

/** Milliseconds that each one waited for its whole answer. */
export interface Waits {
  readonly messages: readonly number[];
  readonly requests: readonly number[];
}

/**
 * Knocks at a server from outside, again and again: with heartbeats of one agent over plain HTTP, and with requests for
 * the first page of agents. A new link each time would measure the handshake, so each kind keeps its own.
 */
export class WaitingProbe {
  readonly #messages: number[] = [];
  readonly #requests: number[] = [];
  #isOver = false;
  readonly #ended: Promise<unknown>;

  constructor(server: RunningSubject, token: string) {
    this.#ended = Promise.all([
      this.#repeat(this.#messages, heartbeats(server.opampUrl)),
      this.#repeat(this.#requests, async () => {
        const url = `${server.httpUrl}/api/v1/agents?limit=50`;
        return fetch(url, { headers: { authorization: `Bearer ${token}` } });
      }),
    ]);
    this.#ended.catch(() => {});
  }

  /** Of everything so far. Rejects where the server refused one. */
  async end(): Promise<Waits> {
    this.#isOver = true;
    await this.#ended;
    return { messages: this.#messages, requests: this.#requests };
  }

  async #repeat(waits: number[], knock: () => Promise<Response>): Promise<void> {
    while (!this.#isOver) {
      const startedAt = performance.now();
      const answer = await knock();
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${answer.url}: HTTP ${answer.status}`);
      waits.push(performance.now() - startedAt);
      await sleep(PAUSE_MS);
    }
  }
}

function heartbeats(opampUrl: string): () => Promise<Response> {
  const uid: InstanceUid = newInstanceUid();
  let sequenceNum = 0n;
  return () => {
    const message = create(AgentToServerSchema, {
      instanceUid: instanceUidToBytes(uid),
      sequenceNum: sequenceNum++,
      capabilities: agentCapabilityBits(['ReportsStatus']),
    });
    return fetch(opampUrl.replace(/^ws/, 'http'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(encodeAgentToServer(message)),
    });
  };
}
