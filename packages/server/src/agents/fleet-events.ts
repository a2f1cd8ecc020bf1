import type { AgentEventKind, FleetEvent, FleetEventListQuery, FleetEventPage } from '@drover/api';
import { decodeCursor, encodeCursor, timeText } from '../lib/page.ts';
import { displayNameOf, type InstanceUid } from './agent.ts';
import type { AgentFleet } from './agent-fleet.ts';
import { filterAgents } from './agent-list.ts';
import type { AgentStore, StoredAgentEvent } from './agent-store.ts';
import type { AgentTimeline } from './agent-timeline.ts';

export interface FleetEventsOptions {
  readonly fleet: AgentFleet;
  readonly store: Pick<AgentStore, 'events' | 'eventsOfAll'>;
  readonly timeline: Pick<AgentTimeline, 'flush'>;
}

/** So many events are read at once. */
const LOOK = 1000;
/** And so many are looked at for one page. */
const LOOKED_AT_MAX = 20_000;

/** The timelines of all agents as one. */
export class FleetEvents {
  readonly #options: FleetEventsOptions;

  constructor(options: FleetEventsOptions) {
    this.#options = options;
  }

  /** Newest first. A page may hold less than was asked for and be followed by others. Throws `invalid_selector`. */
  async page(query: FleetEventListQuery): Promise<FleetEventPage> {
    const { limit, cursor } = query;
    const [given] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const isMeant = this.#filter(query);
    await this.#options.timeline.flush();
    const items: FleetEvent[] = [];
    let last: StoredAgentEvent | undefined;
    const pageTo = (end: StoredAgentEvent | undefined, goesOn: boolean): FleetEventPage => ({
      items,
      nextCursor: goesOn && end !== undefined ? encodeCursor([end.id]) : null,
      searchedTo: end === undefined ? null : timeText(end.atMs),
    });
    for (let looked = 0; looked < LOOKED_AT_MAX; looked += LOOK) {
      const found = await this.#newest(query, last?.id ?? (given === undefined ? undefined : Number(given)));
      for (const event of found) {
        last = event;
        if (isMeant(event)) items.push(this.#view(event));
        if (items.length === limit) return pageTo(event, true);
      }
      if (found.length < LOOK) return pageTo(last, false);
    }
    return pageTo(last, true);
  }

  #filter({ selector }: FleetEventListQuery): (event: StoredAgentEvent) => boolean {
    const { fleet } = this.#options;
    const matching = selector === undefined ? undefined : filterAgents(fleet, { selector });
    return ({ uid }) => {
      const entry = fleet.get(uid);
      return matching === undefined || (entry !== undefined && matching.has(entry.slot));
    };
  }

  /** One query for each kind, so that an index serves: it ends where the limit does, however many events there are. */
  async #newest(
    { kind, instanceUid }: FleetEventListQuery,
    beforeId: number | undefined,
  ): Promise<readonly StoredAgentEvent[]> {
    const { store } = this.#options;
    if (instanceUid !== undefined) return store.events(instanceUid as InstanceUid, LOOK, beforeId, kind);
    const kinds: readonly (AgentEventKind | undefined)[] = kind?.length ? kind : [undefined];
    const found = await Promise.all(kinds.map((each) => store.eventsOfAll(each, LOOK, beforeId)));
    return found
      .flat()
      .sort((a, b) => b.id - a.id)
      .slice(0, LOOK);
  }

  #view({ uid, atMs, id, kind, detail, data }: StoredAgentEvent): FleetEvent {
    const record = this.#options.fleet.get(uid)?.record;
    const displayName = record === undefined ? uid : displayNameOf(record);
    return { id, at: timeText(atMs), instanceUid: uid, displayName, kind, detail, data };
  }
}
