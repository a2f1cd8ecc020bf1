import type { LiveEvent } from '@drover/api';

export interface EventsHubOptions {
  /** Told apart on resumption: events of another run of the server are not in this buffer. */
  readonly epoch: string;
  /** Events kept for resumption. */
  readonly maxEvents?: number;
  /** Bytes kept for resumption. */
  readonly maxBytes?: number;
  /** Changes of agents and rollouts are gathered for this long and named together. */
  readonly gatherMs?: number;
}

/** Takes an event as the text of its frame. Returns false when it is closed. */
export type EventSink = (frame: string) => void;

const UIDS_PER_EVENT = 500;
/** More agents than this in one gathering are cheaper to read again than to name. */
const UIDS_PER_GATHERING = 2000;

/** Fans live events out to streams and keeps a bounded tail of them for streams that come back. */
export class EventsHub {
  readonly #options: Required<EventsHubOptions>;
  readonly #sinks = new Set<EventSink>();
  readonly #tail: { readonly sequence: number; readonly frame: string }[] = [];
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #rollouts = new Set<string>();
  #activity: number | undefined;
  #tailBytes = 0;
  #sequence = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EventsHubOptions) {
    this.#options = { maxEvents: 1024, maxBytes: 2 * 1024 * 1024, gatherMs: 250, ...options };
  }

  /** The newest event; what follows it is what `subscribe` sends first. */
  get lastEventId(): string {
    return `${this.#options.epoch}.${this.#sequence}`;
  }

  get streams(): number {
    return this.#sinks.size;
  }

  publish(event: LiveEvent): void {
    this.#sequence += 1;
    const frame = this.#frame(event);
    this.#tail.push({ sequence: this.#sequence, frame });
    this.#tailBytes += frame.length;
    while (this.#tail.length > this.#options.maxEvents || this.#tailBytes > this.#options.maxBytes) {
      const oldest = this.#tail.shift();
      if (!oldest) break;
      this.#tailBytes -= oldest.frame.length;
    }
    for (const sink of this.#sinks) sink(frame);
  }

  agentsChanged(uids: Iterable<string>): void {
    for (const uid of uids) {
      if (this.#changed.size <= UIDS_PER_GATHERING) this.#changed.add(uid);
    }
    this.#gather();
  }

  agentsRemoved(uids: Iterable<string>): void {
    for (const uid of uids) {
      this.#changed.delete(uid);
      if (this.#removed.size <= UIDS_PER_GATHERING) this.#removed.add(uid);
    }
    this.#gather();
  }

  /** Something was added to the audit trail. */
  activityAdded(id: number): void {
    this.#activity = id;
    this.#gather();
  }

  /** Counts of a running rollout change with each agent. */
  rolloutChanged(id: string): void {
    this.#rollouts.add(id);
    this.#gather();
  }

  /** Sends what followed `lastEventId`, or `reset` where the buffer no longer reaches; then everything new. Returns the way to stop. */
  subscribe(lastEventId: string | undefined, sink: EventSink): () => void {
    for (const frame of this.#missed(lastEventId)) sink(frame);
    this.#sinks.add(sink);
    return () => this.#sinks.delete(sink);
  }

  /** Publishes what is gathered; afterwards no timer runs until the next change. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = [...this.#changed];
    const removed = [...this.#removed];
    this.#changed.clear();
    this.#removed.clear();
    const rollouts = [...this.#rollouts];
    this.#rollouts.clear();
    if (this.#activity !== undefined) this.publish({ type: 'activity.added', id: this.#activity });
    this.#activity = undefined;
    for (const id of rollouts) this.publish({ type: 'rollout.changed', id });
    if (changed.length > UIDS_PER_GATHERING || removed.length > UIDS_PER_GATHERING) {
      this.publish({ type: 'reset' });
      return;
    }
    for (let at = 0; at < removed.length; at += UIDS_PER_EVENT) {
      this.publish({ type: 'agent.removed', instanceUids: removed.slice(at, at + UIDS_PER_EVENT) });
    }
    for (let at = 0; at < changed.length; at += UIDS_PER_EVENT) {
      this.publish({ type: 'agent.changed', instanceUids: changed.slice(at, at + UIDS_PER_EVENT) });
    }
  }

  #gather(): void {
    this.#timer ??= setTimeout(() => this.flush(), this.#options.gatherMs).unref();
  }

  #missed(lastEventId: string | undefined): string[] {
    if (lastEventId === undefined) return [];
    const [epoch, text = ''] = lastEventId.split('.');
    const sequence = Number(text);
    const isOurs = epoch === this.#options.epoch && /^\d+$/.test(text) && sequence <= this.#sequence;
    const oldest = this.#tail[0]?.sequence ?? this.#sequence + 1;
    if (!isOurs || sequence + 1 < oldest) return [this.#frame({ type: 'reset' })];
    return this.#tail.filter((each) => each.sequence > sequence).map((each) => each.frame);
  }

  #frame(event: LiveEvent): string {
    return `id: ${this.lastEventId}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}
