import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { subjectOfAgents } from '../agents/agent-subject.ts';
import { type Act, ownAct } from '../audit/audit.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { timeText } from '../lib/page.ts';
import type { DriftService } from './drift-service.ts';
import type { Reasserter } from './fleet-drift-service.ts';

export interface DriftReassertSettings {
  /** What holds where the agent's rollout says nothing. */
  readonly policy: ReassertPolicy;
  /** So long an agent may drift before the first try; twice as long before each further one. */
  readonly afterMs: number;
  /** Tries for one decision of an operator; then the agent is left alone. */
  readonly tries: number;
  /** Over the whole fleet. */
  readonly maxAgentsPerSecond: number;
}

export type ReassertPolicy = 'off' | 'auto';

export interface DriftReassertServiceOptions {
  readonly agents: AgentService;
  readonly drift: DriftService;
  readonly reasserter: Reasserter;
  /** What the rollout that gave the agent its stack says; undefined where it says nothing. */
  readonly policyOf: (rolloutId: string) => ReassertPolicy | undefined;
  readonly settings: DriftReassertSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** Records an act of the server's own accord. */
  readonly note?: (act: Act) => void;
}

/** An agent that drifts, or did a while ago. */
interface Case {
  /** The decision from which it drifts; another one begins anew. */
  readonly assignedAtMs: number;
  readonly tries: number;
  readonly lastAtMs: number | null;
  readonly nextAtMs: number;
  readonly isStopped: boolean;
  /** Since when it drifts no more; null while it does. */
  readonly quietSinceMs: number | null;
  /** What a process before this one tried is known. */
  readonly isRecalled: boolean;
}

const TICK_MS = 1000;
/** An agent that drifts again within this goes on where it was: one that flaps is not fought for ever. */
const FORGIVEN_AFTER_MS = 24 * 3_600_000;

/** Agents whose timeline is asked in one tick for tries of a process before this one. */
const RECALLED_AT_ONCE = 50;
/** Tries within this are one entry of the audit trail. */
const NOTED_TOGETHER_MS = 60_000;

/** Offers agents that drift what they are to run once more, by itself, where policy says so: late, few at a time, and not for ever. */
export class DriftReassertService {
  readonly #options: DriftReassertServiceOptions;
  readonly #cases = new Map<InstanceUid, Case>();
  readonly #timer: Timer;
  /** Drifting agents whose earlier tries are to be looked up. */
  readonly #toRecall = new Set<InstanceUid>();
  readonly #startedAtMs: number;
  /** Tried since the last entry of the audit trail. */
  readonly #tried = new Set<InstanceUid>();
  #notedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: DriftReassertServiceOptions) {
    this.#options = options;
    const { drift, agents, clock } = options;
    this.#startedAtMs = clock.now();
    drift.judged.subscribe((uid) => this.#judged(uid));
    agents.facts.subscribe((fact) => {
      if (fact.kind === 'removed') this.#cases.delete(fact.record.uid);
    });
    this.#timer = clock.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#timer.cancel();
    this.#note();
  }

  /** What is done about the drift of this agent; null where policy leaves it alone. */
  viewOf(uid: string) {
    const agent = this.#options.agents.record(uid as InstanceUid);
    const found = this.#cases.get(uid as InstanceUid);
    if (agent === undefined || this.#policyFor(agent) === 'off') return null;
    const isDue = found !== undefined && found.quietSinceMs === null && !found.isStopped;
    return {
      tries: found?.tries ?? 0,
      maxTries: this.#options.settings.tries,
      lastAt: found?.lastAtMs == null ? null : timeText(found.lastAtMs),
      nextAt: isDue ? timeText(found.nextAtMs) : null,
      isStopped: found?.isStopped ?? false,
    };
  }

  /** Agents that were left alone after their last try. */
  get stopped(): number {
    let count = 0;
    for (const { isStopped, quietSinceMs } of this.#cases.values())
      if (isStopped && quietSinceMs === null) count += 1;
    return count;
  }

  #judged(uid: InstanceUid): void {
    const { agents, drift, clock, settings } = this.#options;
    const agent = agents.record(uid);
    const before = this.#cases.get(uid);
    if (agent?.desired == null || this.#policyFor(agent) === 'off') {
      this.#cases.delete(uid);
      return;
    }
    const nowMs = clock.now();
    const { assignedAtMs } = agent.desired;
    const known = before?.assignedAtMs === assignedAtMs ? before : undefined;
    if (drift.differencesOf(uid) === undefined) {
      if (known === undefined) this.#cases.delete(uid);
      else if (known.quietSinceMs === null && agent.drift === 0)
        this.#cases.set(uid, { ...known, quietSinceMs: nowMs });
      return;
    }
    if (known !== undefined && known.quietSinceMs === null) return;
    const tries = known?.tries ?? 0;
    const nextAtMs = nowMs + settings.afterMs * 2 ** tries;
    this.#cases.set(uid, {
      assignedAtMs,
      tries,
      lastAtMs: known?.lastAtMs ?? null,
      nextAtMs,
      isStopped: known?.isStopped ?? false,
      quietSinceMs: null,
      isRecalled: known?.isRecalled ?? assignedAtMs >= this.#startedAtMs,
    });
    if (this.#cases.get(uid)?.isRecalled === false) this.#toRecall.add(uid);
  }

  /** Tries stand in the timelines of the agents, which outlive the process. */
  #recallSome(): void {
    const uids = [...this.#toRecall].slice(0, RECALLED_AT_ONCE);
    for (const uid of uids) {
      this.#toRecall.delete(uid);
      this.#recall(uid).catch((error: unknown) => {
        this.#options.log.warn({ agent: uid, error: errorText(error) }, 'tries of before could not be read');
        if (this.#cases.has(uid)) this.#toRecall.add(uid);
      });
    }
  }

  async #recall(uid: InstanceUid): Promise<void> {
    const { agents, settings } = this.#options;
    if (agents.record(uid) === undefined) return;
    const { items } = await agents.events(uid, { limit: 1, kind: ['reasserted', 'reassert_stopped'] });
    const found = this.#cases.get(uid);
    if (found === undefined || found.isRecalled) return;
    const [last] = items;
    const atMs = last === undefined ? 0 : Date.parse(last.at);
    if (last === undefined || atMs < found.assignedAtMs) {
      this.#cases.set(uid, { ...found, isRecalled: true });
      return;
    }
    const tries = Math.max(found.tries, Number(last.data.tries) || 0);
    this.#cases.set(uid, {
      ...found,
      tries,
      lastAtMs: atMs,
      nextAtMs: Math.max(found.nextAtMs, atMs + settings.afterMs * 2 ** tries),
      isStopped: last.kind === 'reassert_stopped',
      isRecalled: true,
    });
  }

  #tick(): void {
    const { clock, settings, agents } = this.#options;
    const nowMs = clock.now();
    if (nowMs - this.#notedAtMs >= NOTED_TOGETHER_MS) this.#note();
    this.#recallSome();
    let budget = settings.maxAgentsPerSecond;
    for (const [uid, found] of this.#cases) {
      if (found.quietSinceMs !== null) {
        if (nowMs - found.quietSinceMs >= FORGIVEN_AFTER_MS) this.#cases.delete(uid);
        continue;
      }
      if (found.isStopped || !found.isRecalled || nowMs < found.nextAtMs) continue;
      const agent = agents.record(uid);
      // While nobody knows whether it drifts, nothing is done.
      if (agent === undefined || !agent.drift) continue;
      if (found.tries >= settings.tries) this.#giveUp(agent, found);
      else if (this.#tryOnce(agent, found, nowMs)) budget -= 1;
      if (budget <= 0) return;
    }
  }

  /** False where the agent takes nothing now: it is tried when it is back. */
  #tryOnce({ uid }: AgentRecord, found: Case, nowMs: number): boolean {
    const { agents, drift, reasserter, settings, log } = this.#options;
    if (reasserter.reassertable(uid).refusal !== undefined) return false;
    try {
      reasserter.reassert(uid);
    } catch (error) {
      log.warn({ agent: uid, error: errorText(error) }, 'an agent that drifts was not offered anything');
      return false;
    }
    const tries = found.tries + 1;
    const nextAtMs = nowMs + settings.afterMs * 2 ** tries;
    this.#cases.set(uid, { ...found, tries, lastAtMs: nowMs, nextAtMs });
    const differences = drift.differencesOf(uid)?.length ?? 0;
    const detail = `re-asserted by the policy, attempt ${tries} of ${settings.tries}: drifted in ${differences}`;
    agents.recordEvent(uid, 'reasserted', detail, { tries, maxTries: settings.tries });
    this.#tried.add(uid);
    return true;
  }

  /** One entry for all that were tried of late. */
  #note(): void {
    const { note, agents, clock } = this.#options;
    const count = this.#tried.size;
    if (count === 0) return;
    const subject = subjectOfAgents(agents, [...this.#tried]);
    this.#tried.clear();
    this.#notedAtMs = clock.now();
    note?.(
      ownAct({
        kind: 'agents.reasserted',
        subject,
        detail: 'by policy, because of drift',
        data: { agents: count },
      }),
    );
  }

  #giveUp({ uid }: AgentRecord, found: Case): void {
    const { agents, settings } = this.#options;
    this.#cases.set(uid, { ...found, isStopped: true });
    const detail = `still drifted after ${settings.tries} attempts: the policy gave up until its next rollout`;
    agents.recordEvent(uid, 'reassert_stopped', detail, { tries: found.tries });
  }

  #policyFor({ desired }: AgentRecord): ReassertPolicy {
    const { policyOf, settings } = this.#options;
    const own = desired?.rolloutId == null ? undefined : policyOf(desired.rolloutId);
    return own ?? settings.policy;
  }
}
