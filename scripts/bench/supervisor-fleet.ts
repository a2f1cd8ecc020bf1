import {
  ComponentHealthSchema,
  decodeMessage,
  encodeRemoteConfig,
  RemoteConfigStatuses,
  RemoteConfigStatusSchema,
  remoteConfigHash,
  SERVER_CAPABILITIES,
} from '@drover/opamp';
import {
  type AgentSession,
  createOpampServer,
  listenForAgents,
  type OpampListener,
  type OpampServer,
  reportedHashes,
} from '@drover/opamp/server';

/** What a supervisor said of a configuration, and when: `performance.now()`. */
export interface Verdict {
  readonly status: 'applied' | 'failed';
  readonly atMs: number;
}

/** The OpAMP server of the bench, the same for every supervisor: it offers one configuration and notes what is said. */
export class BenchFleet implements AsyncDisposable {
  readonly #opamp: OpampServer;
  #listener: OpampListener | undefined;
  #wanted: { readonly hash: Uint8Array; readonly encoded: Uint8Array } | undefined;
  #verdicts = new Map<string, Verdict>();
  readonly #waiting = new Set<() => void>();
  firstMessageAtMs: number | undefined;
  healthyAtMs: number | undefined;

  private constructor() {
    const { OffersRemoteConfig, AcceptsEffectiveConfig } = SERVER_CAPABILITIES;
    this.#opamp = createOpampServer({
      capabilities: OffersRemoteConfig | AcceptsEffectiveConfig,
      host: {
        reported: (session) => this.#note(session),
        offers: (session) => this.#offers(session),
      },
    });
  }

  static async start(): Promise<BenchFleet> {
    const fleet = new BenchFleet();
    fleet.#listener = await listenForAgents(fleet.#opamp, { port: 0 });
    return fleet;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#listener?.port}/v1/opamp`;
  }

  /** Another supervisor is about to be looked at. */
  forget(): void {
    this.#wanted = undefined;
    this.#verdicts = new Map();
    this.firstMessageAtMs = undefined;
    this.healthyAtMs = undefined;
    for (const { instanceUid } of [...this.#opamp.sessions()]) this.#opamp.forget(instanceUid);
  }

  /** Offers this configuration from now on; its hash. */
  offer(body: string): string {
    const files = new Map([['', { body: new Uint8Array(Buffer.from(body)), contentType: 'text/yaml' }]]);
    const hash = remoteConfigHash(files);
    this.#wanted = { hash, encoded: encodeRemoteConfig(files, hash) };
    this.#opamp.push(Array.from(this.#opamp.sessions(), ({ instanceUid }) => instanceUid));
    return Buffer.from(hash).toString('hex');
  }

  /** The last word on this hash; undefined where there is none within the time. */
  async verdict(hash: string, withinMs: number): Promise<Verdict | undefined> {
    return this.#until(() => this.#verdicts.get(hash), withinMs);
  }

  async healthy(withinMs: number): Promise<number | undefined> {
    return this.#until(() => this.healthyAtMs, withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener?.close(0);
  }

  #until<T>(read: () => T | undefined, withinMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = (value: T | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(value);
      };
      const look = (): void => {
        const value = read();
        if (value !== undefined) end(value);
      };
      const timer = setTimeout(() => end(undefined), withinMs);
      this.#waiting.add(look);
      look();
    });
  }

  #note({ parts }: AgentSession): void {
    const atMs = performance.now();
    this.firstMessageAtMs ??= atMs;
    const health = parts.health && decodeMessage(ComponentHealthSchema, parts.health);
    if (health?.kind === 'message' && health.message.healthy) this.healthyAtMs ??= atMs;
    const status =
      parts.remoteConfigStatus && decodeMessage(RemoteConfigStatusSchema, parts.remoteConfigStatus);
    if (status?.kind === 'message') {
      const hash = Buffer.from(status.message.lastRemoteConfigHash).toString('hex');
      const said = verdictOf(status.message.status);
      if (said === undefined) this.#verdicts.delete(hash);
      else if (this.#verdicts.get(hash)?.status !== said) this.#verdicts.set(hash, { status: said, atMs });
    }
    for (const look of [...this.#waiting]) look();
  }

  #offers({ parts }: AgentSession): { readonly remoteConfig: Uint8Array } | undefined {
    if (this.#wanted === undefined) return undefined;
    const reported = reportedHashes(parts).remoteConfig ?? new Uint8Array(0);
    return Buffer.compare(reported, this.#wanted.hash) === 0
      ? undefined
      : { remoteConfig: this.#wanted.encoded };
  }
}

function verdictOf(status: RemoteConfigStatuses): Verdict['status'] | undefined {
  if (status === RemoteConfigStatuses.RemoteConfigStatuses_APPLIED) return 'applied';
  return status === RemoteConfigStatuses.RemoteConfigStatuses_FAILED ? 'failed' : undefined;
}
