import type { InstanceUid } from '@drover/opamp';
import type { OwnTelemetry } from '../own-telemetry/destination.ts';
import type { AgentExit } from '../process/agent-process.ts';
import type { RemoteConfig } from '../storage/agent-state.ts';
import type { ProcessRecord } from '../storage/process-record.ts';

/** All that can happen to one agent. Handled one after the other, never two at once. */
export type AgentEvent =
  | { readonly kind: 'offer'; readonly offer: Offer }
  | { readonly kind: 'restart_command' }
  | { readonly kind: 'new_instance_uid'; readonly instanceUid: InstanceUid }
  /** No server has answered for the time after which the fallback runs. */
  | { readonly kind: 'server_missed' }
  | { readonly kind: 'server_reached' }
  /** `resolve` when the agent runs with it, `reject` when it does not and everything is as before. */
  | {
      readonly kind: 'own_telemetry';
      readonly ownTelemetry: OwnTelemetry;
      readonly resolve: () => void;
      readonly reject: (error: unknown) => void;
    }
  | { readonly kind: 'exited'; readonly record: ProcessRecord; readonly exit: AgentExit }
  /** The time to wait after a failed start is over. */
  | { readonly kind: 'retry' }
  /** A configuration was healthy for the whole stability window. */
  | ({ readonly kind: 'stable' } & RunMark)
  /** A process whose start was given up on, or that was adopted before it was healthy, has become healthy. */
  | ({ readonly kind: 'came_up' } & RunMark)
  /** The agent says that it cannot do its work. */
  | ({ readonly kind: 'failing'; readonly reason: string } & RunMark)
  /** Data that flowed before an apply do not flow after it. */
  | ({ readonly kind: 'data_missing'; readonly reason: string } & RunMark)
  /** The agent was not heard for too long. */
  | ({ readonly kind: 'unresponsive'; readonly silentMs: number } & RunMark);

/** Names a process and what it runs: an event that speaks of an earlier one is late. */
export interface RunMark {
  readonly launchId: string;
  readonly inputsHash: string;
}

/** A remote configuration as offered; `files` is undefined where the server sent its hash alone. */
export interface Offer {
  readonly hash: string;
  readonly files: RemoteConfig['files'] | undefined;
}

/** What can be said as often as somebody likes, from the server or by the agent. Of each of these only the newest waits, at the place of the first. */
const REPEATABLE: readonly AgentEvent['kind'][] = [
  'offer',
  'restart_command',
  'new_instance_uid',
  'came_up',
  'failing',
  'data_missing',
  'unresponsive',
  'server_missed',
  'server_reached',
];
const FROM_THE_SERVER = ['offer', 'restart_command', 'new_instance_uid'] as const;

/** The mailbox of one agent. Neither its server nor the agent can make it grow. */
export class AgentQueue {
  readonly #events: AgentEvent[] = [];
  readonly #heldUntilMs = new Map<AgentEvent['kind'], number>();
  #wake: (() => void) | undefined;

  push(event: AgentEvent): void {
    const waiting = REPEATABLE.includes(event.kind)
      ? this.#events.findIndex(({ kind }) => kind === event.kind)
      : -1;
    if (waiting >= 0) this.#events[waiting] = event;
    else this.#events.push(event);
    this.#wake?.();
  }

  /** Takes the event of this kind that waits, before its turn. */
  take<Kind extends AgentEvent['kind']>(kind: Kind): Extract<AgentEvent, { kind: Kind }> | undefined {
    const at = this.#events.findIndex((event) => event.kind === kind);
    return at < 0 ? undefined : (this.#events.splice(at, 1)[0] as Extract<AgentEvent, { kind: Kind }>);
  }

  /** What the server says waits for so long from now; all else goes on. */
  holdServer(ms: number): void {
    for (const kind of FROM_THE_SERVER) this.hold(kind, ms);
  }

  /** Events of this kind wait for so long from now, or longer where they wait already. */
  hold(kind: (typeof FROM_THE_SERVER)[number], ms: number): void {
    this.#heldUntilMs.set(kind, Math.max(this.#heldUntilMs.get(kind) ?? 0, performance.now() + ms));
  }

  /** The next event; undefined once `signal` is aborted. */
  async next(signal: AbortSignal): Promise<AgentEvent | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const now = performance.now();
      const waits = this.#events.map(({ kind }) => (this.#heldUntilMs.get(kind) ?? 0) - now);
      const at = waits.findIndex((ms) => ms <= 0);
      if (at >= 0) return this.#events.splice(at, 1)[0];
      await this.#change(signal, Math.min(...waits));
    }
  }

  /** Resolves when there may be something to take: after `heldForMs` at the latest, where that is finite. */
  #change(signal: AbortSignal, heldForMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(heldForMs) ? setTimeout(() => wake(), heldForMs) : undefined;
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake);
    });
  }
}
