import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '@drover/api';
import { instanceUidFromBytes } from '@drover/opamp';
import { expect } from 'vitest';
import { eventually } from '../../e2e/support/process.ts';
import { type ControlPlane, messagesWhileQuiet } from './control-plane.ts';
import { type HttpRelay, startHttpRelay } from './http-relay.ts';
import { PeerProcess } from './peer-process.ts';
import type { Command, Peer } from './recipes.ts';

/** A released client library, and what is its own way where the libraries differ. */
export interface ReleasedClient {
  readonly name: string;
  readonly peer: Peer;
  readonly transport: 'websocket' | 'http';
  readonly capabilities: readonly string[];
  /** The content type that its configurations are given; it must arrive as it is. */
  readonly contentType: string;
  /** Whether it asks for compressed answers (HTTP only). */
  readonly asksForGzip?: boolean;
  /** How its end shows: it says goodbye, or nothing at all. */
  readonly goodbye: 'agent_disconnect' | 'silence';
  /** It keeps its uid when it is given another. */
  readonly ignoresNewUid?: boolean;
  /** It numbers messages when it queues them: gaps and repetitions are its normal operation. */
  readonly numbersJump?: boolean;
  /** It says nothing of itself when its first link comes up, and nothing at all after a reconnect: it cannot be told from another one with its uid. */
  readonly isMute?: boolean;
  /** Its link stays dead for good once the server has sent a Close frame. */
  readonly staysClosed?: boolean;
  /** It waits half a minute after any error. */
  readonly waitsLong?: boolean;
}

/** Between heartbeats or polls. A WebSocket is left alone, so that whatever comes is too much. */
const INTERVAL_MS = { websocket: 30_000, http: 1_000 } as const;
const QUIET_MS = 2_000;
/** So long a mute client may take to say what it was given to say. */
const DRAW_OUT_MS = 500;

export const isDescribed = ({ description }: Agent): boolean =>
  description.identifying['service.name'] !== undefined;

/** Some say what they are in one message and what they run in another. */
function saysAll(shown: Agent, { capabilities }: ReleasedClient): boolean {
  const isWhole = (shown.effectiveConfig !== null) === capabilities.includes('ReportsEffectiveConfig');
  return isDescribed(shown) && isWhole;
}

/** One agent on a released client library, as the control plane shows it. */
export class ReleasedAgent implements AsyncDisposable {
  readonly uid: string;
  readonly process: PeerProcess;
  readonly #plane: ControlPlane;
  readonly #client: ReleasedClient;
  readonly #relay: HttpRelay | undefined;

  private constructor(
    uid: string,
    process: PeerProcess,
    plane: ControlPlane,
    client: ReleasedClient,
    relay: HttpRelay | undefined,
  ) {
    this.uid = uid;
    this.process = process;
    this.#plane = plane;
    this.#client = client;
    this.#relay = relay;
  }

  /** Starts it and waits until it is listed and has described itself. */
  static async start(
    plane: ControlPlane,
    client: ReleasedClient,
    command: Command,
    options: { readonly uid?: string; readonly instance?: string; readonly asksForUid?: boolean } = {},
  ): Promise<ReleasedAgent> {
    const uid = options.uid ?? freshUid();
    const isHttp = client.transport === 'http';
    const relay = isHttp ? await startHttpRelay(plane.opampUrl.replace('ws:', 'http:')) : undefined;
    const process = new PeerProcess(command, {
      url: relay?.url ?? plane.opampUrl,
      uid: uid.replaceAll('-', ''),
      service: 'checkout',
      instance: options.instance ?? uid,
      heartbeatMs: INTERVAL_MS[client.transport],
      ...(options.asksForUid === true ? { askUid: 'true' } : {}),
    });
    const agent = new ReleasedAgent(uid, process, plane, client, relay);
    if (options.asksForUid === true) return agent;
    if (client.isMute === true) {
      await agent.shown('it is listed although it has said nothing but its uid', () => true);
      await agent.#drawOut();
    }
    await agent.shown('the agent said all that it reports', (shown) => saysAll(shown, client));
    return agent;
  }

  /** Gives a client something to say until it has answered the request for its full state with it: what was on its way already does not. */
  async #drawOut(): Promise<void> {
    let said = 0;
    await eventually('the agent said all that it reports', async () => {
      said += 1;
      this.process.tell(`version 1.0.${said}`);
      await sleep(DRAW_OUT_MS);
      return saysAll(await this.#plane.api.getAgent(this.uid), this.#client);
    });
  }

  shown(what: string, isSo: (agent: Agent) => boolean): Promise<Agent> {
    return this.#plane.agent(this.uid, what, isSo);
  }

  /** Nothing is in the air but heartbeats, of this many agents. */
  async expectQuiet(agents = 1): Promise<void> {
    const { in: received, out, elapsedMs } = await messagesWhileQuiet(this.#plane, QUIET_MS);
    // As many as there is time for, with their jitter, and one that was late.
    const heartbeats = Math.ceil(elapsedMs / (0.8 * INTERVAL_MS[this.#client.transport])) + 1;
    expect(received).toBeLessThanOrEqual(agents * heartbeats);
    expect(out).toBeLessThanOrEqual(agents * heartbeats);
  }

  /** What its exchanges were like on the wire, where they went over HTTP; one of them held a long configuration. */
  expectCleanWire(): void {
    if (this.#relay === undefined) return;
    const { exchanges } = this.#relay;
    const long = exchanges.find(({ reply }) => reply?.remoteConfig !== undefined);
    expect(long?.replyHeaders['content-encoding']).toBe(
      this.#client.asksForGzip === true ? 'gzip' : undefined,
    );
    for (const { status, replyHeaders, reply } of exchanges) {
      expect(status).toBe(200);
      expect(replyHeaders['content-type']).toBe('application/x-protobuf');
      expect(reply && instanceUidFromBytes(reply.instanceUid)).toBe(this.uid);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#relay?.[Symbol.asyncDispose]();
    // Its silence is not waited for, and nothing of it is in the way of the next test.
    await this.#plane.api.forgetAgent(this.uid).catch(() => {});
  }
}

/** A UUID of version 7, as the specification recommends. */
function freshUid(): string {
  const bytes = randomBytes(16);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
