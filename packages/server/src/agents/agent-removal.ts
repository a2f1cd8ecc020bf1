import { type Act, ownAct } from '../audit/audit.ts';
import { errorText } from '../lib/errors.ts';
import type { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import type { AgentRecord, InstanceUid } from './agent.ts';
import type { AgentFact, AgentsChanged } from './agent-fact.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { AgentStore } from './agent-store.ts';
import { subjectOfAgents } from './agent-subject.ts';
import type { AgentTimeline } from './agent-timeline.ts';
import type { AgentWriter } from './agent-writer.ts';

export interface AgentRemovalOptions {
  readonly fleet: AgentFleet;
  readonly store: AgentStore;
  readonly writer: AgentWriter;
  readonly timeline: AgentTimeline;
  readonly changes: Listeners<AgentsChanged>;
  readonly facts: Listeners<AgentFact>;
  readonly log: Log;
}

type Hook = (uids: readonly InstanceUid[]) => Promise<void>;

/** Takes agents out of memory and database, with all that belongs to them. */
export class AgentRemoval {
  readonly #options: AgentRemovalOptions;
  readonly #hooks: Hook[] = [];
  #running: Promise<unknown> | undefined;

  constructor(options: AgentRemovalOptions) {
    this.#options = options;
  }

  /** `hook` runs before agents are removed from the database, to remove what belongs to them. */
  before(hook: Hook): void {
    this.#hooks.push(hook);
  }

  /** Gone from memory and disk when it resolves; those who hold a link hear `removed`. */
  async remove(uids: readonly InstanceUid[], act?: Act): Promise<void> {
    const { fleet, store, writer, timeline, changes, facts } = this.#options;
    // A flush that runs would write the records back behind the removal.
    await writer.flush().catch(() => {});
    for (const hook of this.#hooks) await hook(uids);
    await store.remove(uids, act);
    timeline.forget(new Set(uids));
    const removed: AgentRecord[] = [];
    for (const uid of uids) {
      const entry = fleet.get(uid);
      if (entry === undefined) continue;
      writer.discard(uid);
      fleet.remove(entry);
      removed.push(entry.record);
    }
    changes.emit({ kind: 'removed', uids });
    for (const record of removed) facts.emit({ kind: 'removed', record });
  }

  /** Removes agents that are gone for long, unless that is being done already. */
  removeGone(uids: readonly InstanceUid[]): void {
    if (uids.length === 0 || this.#running !== undefined) return;
    const { log, fleet } = this.#options;
    const act = ownAct({
      kind: 'agents.forgotten',
      subject: subjectOfAgents({ record: (uid) => fleet.get(uid)?.record }, uids),
      detail: 'gone for longer than agents.forgetAfter',
      data: { agents: uids.length },
    });
    this.#running = this.remove(uids, act)
      .then(() => log.info({ agents: uids.length }, 'agents that are gone for long forgotten'))
      .catch((error: unknown) => log.error({ error: errorText(error) }, 'agents not forgotten'))
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when nothing is being removed. */
  async idle(): Promise<void> {
    await this.#running;
  }
}
