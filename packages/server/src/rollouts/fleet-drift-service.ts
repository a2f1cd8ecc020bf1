import type {
  AgentFilter,
  AgentSummary,
  Page,
  ReassertResult,
  ReassertRun,
  ReassertSelection,
} from '@drover/api';
import { SELECTION_MAX } from '@drover/api';
import { type AgentRecord, displayNameOf, type InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { subjectOfAgents } from '../agents/agent-subject.ts';
import { requireAtMost } from '../agents/at-most.ts';
import { secondsFor } from '../agents/paced-run.ts';
import { PacedRuns } from '../agents/paced-runs.ts';
import { requireSelector } from '../agents/selector.ts';
import type { Act } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest } from '../lib/page.ts';
import type { DriftService } from './drift-service.ts';
import { type DriftGroupView, type DriftingAgent, surveyDrift } from './drift-survey.ts';

/** The way to the agents for what a re-assertion asks of them. */
export interface Reasserter {
  /** Why the agent takes nothing now, or undefined; and whether it would be asked to restart. */
  reassertable(uid: InstanceUid): { readonly refusal: string | undefined; readonly restarts: boolean };
  reassert(uid: InstanceUid): void;
}

/** Agents that are to be asked, so many each second. */
export type PacedSelection = ReassertSelection & { readonly perSecond: number };

export interface FleetDriftServiceOptions {
  readonly agents: AgentService;
  readonly drift: DriftService;
  readonly reasserter: Reasserter;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Records an act; on disk when it resolves. */
  readonly record: (act: Act) => Promise<void>;
}

interface Sorted extends Omit<ReassertResult, 'seconds' | 'run'> {
  readonly changing: readonly InstanceUid[];
}

/** Drift of many agents: in what they drift, who, and their configuration offered once more. */
export class FleetDriftService {
  readonly #options: FleetDriftServiceOptions;
  readonly #runs: PacedRuns;

  constructor(options: FleetDriftServiceOptions) {
    this.#options = options;
    const { agents, reasserter, clock, ids, log } = options;
    this.#runs = new PacedRuns({
      clock,
      ids,
      log,
      what: 're-assertion',
      busy: 'reasserts_busy',
      notFound: 'reassert_run_not_found',
      refusal: (uid) => {
        const agent = agents.record(uid);
        if (agent === undefined) return 'is not known';
        // By the time of its turn it may have come back by itself.
        return agent.drift === 0 ? 'has not drifted any more' : reasserter.reassertable(uid).refusal;
      },
      ask: (uid, { id, author }) => {
        reasserter.reassert(uid);
        agents.recordEvent(uid, 'config_assigned', `re-asserted by ${author}`, { author, run: id });
      },
    });
  }

  /** Nobody is offered anything more. */
  stop(): void {
    this.#runs.stop();
  }

  /** The same difference once, with the number of agents that drift in it. Throws `invalid_selector`. */
  async groups({ selector = '', limit, cursor }: PageRequest & { readonly selector?: string | undefined }) {
    const { agents } = this.#options;
    const drifting = this.#drifting(this.#matching(selector));
    const { groups, isCut } = await surveyDrift(drifting);
    const [from = 0] = cursor === undefined ? [] : decodeCursor(cursor, 1).map(Number);
    const items: readonly DriftGroupView[] = groups.slice(from, from + limit);
    const nextCursor = from + limit < groups.length ? encodeCursor([from + limit]) : null;
    const { drifted } = agents.stats({ selector }).drift;
    const waiting = Math.max(0, drifted - drifting.length);
    return { items: [...items], nextCursor, total: groups.length, drifted, waiting, isCut };
  }

  /** Who drifts, at a path or at all, by name. Throws `invalid_selector`. */
  agents(
    query: PageRequest & Pick<AgentFilter, 'selector'> & { readonly path?: string | undefined },
  ): Page<AgentSummary> {
    const { path, selector = '', limit, cursor } = query;
    const { agents } = this.#options;
    if (path === undefined) return agents.list({ selector, drift: ['drifted'], limit, cursor });
    const found = this.#drifting(this.#matching(selector), path)
      .map(({ agent }) => ({ uid: agent.uid, name: displayNameOf(agent) }))
      .sort((a, b) => (a.name === b.name ? (a.uid < b.uid ? -1 : 1) : a.name < b.name ? -1 : 1));
    const [from = 0] = cursor === undefined ? [] : decodeCursor(cursor, 1).map(Number);
    const uids = found.slice(from, from + limit).map(({ uid }) => uid);
    const shown = uids.length === 0 ? [] : agents.list({ selector: `instanceUid in (${uids})`, limit }).items;
    const nextCursor = from + limit < found.length ? encodeCursor([from + limit]) : null;
    return { items: shown, nextCursor, total: found.length };
  }

  /** What `reassert` would do; changes nothing. Throws `invalid_selector`. */
  preview({ perSecond, atMost: _, ...selection }: PacedSelection): ReassertResult {
    const { changing, ...result } = this.#sort(selection);
    return { ...result, seconds: secondsFor(changing.length, perSecond), run: null };
  }

  /**
   * Begins to offer those of the selection that drift what they are to run once more; one that waits for it already is
   * unchanged. Throws `invalid_selector`, `selection_grown`, `reasserts_busy`.
   */
  async reassert(
    { perSecond, atMost, ...selection }: PacedSelection,
    author: string,
  ): Promise<ReassertResult> {
    const { changing, ...result } = this.#sort(selection);
    requireAtMost(changing, atMost);
    const seconds = secondsFor(changing.length, perSecond);
    if (changing.length === 0) return { ...result, seconds, run: null };
    this.#runs.requireRoom();
    const { agents, record } = this.#options;
    const { selector = '' } = selection;
    const whom = changing.length > 1 && selector !== '' ? `; by the selector ${selector}` : '';
    await record({
      author,
      kind: 'agents.reasserted',
      subject: subjectOfAgents(agents, changing, selector),
      detail: `${perSecond} a second${whom}`,
      data: { agents: changing.length, restarts: result.restarts },
    });
    return { ...result, seconds, run: this.#runs.begin(changing, perSecond, author) };
  }

  /** Those under way and some that ended, newest first. */
  runs(): readonly ReassertRun[] {
    return this.#runs.views();
  }

  /** Nobody else is asked. Throws `reassert_run_not_found`. */
  stopRun(id: string, author: string): ReassertRun {
    return this.#runs.stopRun(id, author);
  }

  #sort({ selector, instanceUids, path }: Omit<ReassertSelection, 'perSecond' | 'atMost'>): Sorted {
    const { agents, reasserter } = this.#options;
    const matched =
      selector === undefined
        ? (instanceUids ?? []).flatMap((uid) => agents.record(uid as InstanceUid) ?? [])
        : this.#matching(selector);
    const waiting = this.#runs.waiting();
    const drifting = this.#drifting(matched, path).filter(({ agent }) => !waiting.has(agent.uid));
    const cannot = new Map<string, number>();
    const changing: InstanceUid[] = [];
    let restarting = 0;
    for (const { agent } of drifting) {
      const { refusal, restarts } = reasserter.reassertable(agent.uid);
      if (refusal !== undefined) cannot.set(refusal, (cannot.get(refusal) ?? 0) + 1);
      else {
        changing.push(agent.uid);
        if (restarts) restarting += 1;
      }
    }
    return {
      matched: matched.length,
      changed: changing.length,
      unchanged: matched.length - drifting.length,
      cannot: [...cannot].map(([reason, count]) => ({ reason, count })),
      instanceUids: changing.slice(0, SELECTION_MAX),
      restarts: restarting,
      changing,
    };
  }

  #matching(selector: string): AgentRecord[] {
    return this.#options.agents.match(requireSelector(selector));
  }

  #drifting(matched: readonly AgentRecord[], path?: string): DriftingAgent[] {
    const { drift } = this.#options;
    // The answer is the same for all agents that differ in the same.
    const touched = new Map<DriftingAgent['differences'], boolean>();
    const touches = (differences: DriftingAgent['differences']): boolean => {
      const known = touched.get(differences) ?? differences.some((each) => each.path === path);
      touched.set(differences, known);
      return known;
    };
    return matched.flatMap((agent) => {
      // What was found is of no use once the agent is to run something else.
      const differences = agent.drift ? drift.differencesOf(agent.uid) : undefined;
      if (differences === undefined || (path !== undefined && !touches(differences))) return [];
      return [{ agent, differences }];
    });
  }
}
