import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentFact } from '../agents/agent-fact.ts';
import type { Act } from '../audit/audit.ts';
import { breathe } from '../lib/breathe.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError, errorText } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { AgentHistory } from './agent-history.ts';
import type { AgentHistoryStore } from './agent-history-store.ts';
import { Assignments } from './assignment.ts';
import { candidatesFor } from './candidates.ts';
import type { Fleet } from './fleet.ts';
import type { FlowFigures } from './flow-gate.ts';
import { GivenMembers } from './given-members.ts';
import { HandOut } from './hand-out.ts';
import { LayerChain } from './layer-chain.ts';
import { Membership } from './membership.ts';
import { afterAction, afterRelease, type PinnedTarget, type Rollout, type RolloutAction } from './rollout.ts';
import { actedAct, startedAct, stepAct } from './rollout-act.ts';
import { RolloutMembers } from './rollout-members.ts';
import { firstProgress } from './rollout-progress.ts';
import type { RolloutStore } from './rollout-store.ts';
import { Settling } from './settling.ts';
import type { TargetKind } from './target-kind.ts';
import { planWaves } from './wave-plan.ts';
import { WaveRunner } from './wave-runner.ts';

export interface RolloutEngineOptions<Input, T extends PinnedTarget> {
  readonly kind: TargetKind<Input, T>;
  readonly store: RolloutStore<T>;
  readonly historyStore: AgentHistoryStore<T>;
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined: nothing is known of what flows through agents. */
  readonly flow?: FlowFigures | undefined;
  /** An agent that gives no verdict for so long after its offer has failed, unless its rollout says otherwise. */
  readonly applyDeadlineMs: number;
}

const TICK_MS = 1000;
const SLICE = 2000;

/** Runs the rollouts of one kind of target: who is given the target, what became of it, when it is over. */
export class RolloutEngine<Input, T extends PinnedTarget> {
  /** Agents whose desired state changed: they are to be offered it. */
  readonly desiredChanges = new Listeners<readonly InstanceUid[]>();
  readonly changes = new Listeners<string>();
  readonly assignments = new Assignments<T>();
  readonly members: RolloutMembers;
  /** What agents were given. */
  readonly history: AgentHistory<T>;
  /** What becomes of what they were given. */
  readonly given: GivenMembers<T>;
  readonly #options: RolloutEngineOptions<Input, T>;
  readonly #rollouts = new Map<string, Rollout<T>>();
  readonly #membership: Membership<Input, T>;
  readonly #handOut: HandOut<T>;
  readonly #settling: Settling<T>;
  readonly #runner: WaveRunner<T>;
  readonly #timers: Timer[] = [];
  /** New uids that are being written down, one after the other. */
  #renames: Promise<unknown> = Promise.resolve();

  constructor(options: RolloutEngineOptions<Input, T>) {
    this.#options = options;
    const { store, clock, log, kind, agents } = options;
    const { assignments } = this;
    const rollout = (id: string) => this.#rollouts.get(id);
    const waveOf = (one: Rollout<T>, agent: AgentRecord) => this.#membership.waveOf(one, agent);
    const layersFor = (agent: AgentRecord) => this.#membership.layersFor(agent);
    this.members = new RolloutMembers({ store, clock, log, changed: (id) => this.changes.emit(id) });
    const { members } = this;
    this.history = new AgentHistory({ store: options.historyStore, clock, log });
    const { history } = this;
    const { applyDeadlineMs } = options;
    this.given = new GivenMembers({
      kind,
      agents,
      clock,
      members,
      assignments,
      history,
      rollout,
      waveOf,
      applyDeadlineMs,
    });
    this.#settling = new Settling({
      agents,
      clock,
      members,
      rollout,
      reportsBack: (agent) => kind.reportsBack(agent),
      failure: (agent) => {
        const target = assignments.get(agent.uid)?.target;
        const verdict = target && kind.verdict(agent, target);
        return verdict?.kind === 'failed' ? verdict.reason : undefined;
      },
      look: (id) => this.#runner.look(id),
    });
    this.#handOut = new HandOut({
      kind,
      store,
      agents,
      clock,
      log,
      assignments,
      members,
      rollout,
      history,
      chain: new LayerChain({ kind, assignments, layersFor, waveOf }),
      waveOf,
      given: (uids) => {
        this.desiredChanges.emit(uids);
        this.#settling.soon(uids);
        this.#membership.stacksChanged(uids);
      },
    });
    this.#membership = new Membership({
      kind,
      agents,
      clock,
      log,
      members,
      assignments,
      handOut: this.#handOut,
      rollout,
      considered: (agent) => {
        this.#wantAgain(agent);
        this.#makeAnew(agent);
      },
    });
    this.#runner = new WaveRunner({
      agents,
      clock,
      log,
      members,
      flow: options.flow,
      rollout,
      isSettled: (one) => this.#settling.isSettled(one),
      save: (next) => this.#save(next),
      released: (one) => this.#wantWave(one),
      takeBack: (one) => this.#handOut.takeBack(one),
    });
  }

  /** Loads everything and takes running rollouts up where they were. The agents must be loaded. */
  async start(): Promise<void> {
    const { store, agents, clock } = this.#options;
    for (const rollout of await store.load()) this.#keep(rollout);
    await this.members.load();
    await store.loadAssignments((assignments) => {
      for (const assignment of assignments) this.assignments.set(assignment);
    });
    await this.history.start();
    await this.#handOut.restore();
    this.given.recover();
    agents.facts.subscribe((fact) => this.#heard(fact));
    agents.beforeForget((uids) => this.#forget(uids));
    for (const rollout of this.#rollouts.values()) {
      if (rollout.state === 'running' || rollout.state === 'paused')
        await this.#membership.joinMatching(rollout);
      if (rollout.state === 'rolled_back') void this.#handOut.takeBack(rollout);
    }
    this.#timers.push(clock.every(TICK_MS, () => this.#tick()));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#settling.stop();
    await this.#runner.stop();
    await this.#handOut.stop();
    await this.#renames;
    await this.members.flush();
    await this.history.flush();
  }

  get(id: string): Rollout<T> | undefined {
    return this.#rollouts.get(id);
  }

  /** In the order of their creation. */
  all(): Iterable<Rollout<T>> {
    return this.#rollouts.values();
  }

  waveOf(rollout: Rollout<T>, agent: AgentRecord): number {
    return this.#membership.waveOf(rollout, agent);
  }

  /** The rollout is on disk when it resolves, and the agents that match now are its members. */
  async create(input: Omit<Rollout<T>, 'progress'>): Promise<void> {
    const { store, kind, clock } = this.#options;
    const { id, strategy, target } = input;
    // With one wave for all it does not matter who can take the target.
    const takers = strategy.kind === 'all' ? [] : await this.#takers(input);
    const { plan } = await planWaves(id, strategy, takers);
    const progress = firstProgress(strategy, plan);
    const planned: Rollout<T> = { ...input, progress };
    // Nor is there anything to wait for.
    const rollout = strategy.kind === 'all' ? afterRelease(planned, null, clock.now()) : planned;
    const act = startedAct(rollout, kind.describe(target));
    if (!(await store.create(rollout, kind.references(target), act))) {
      throw new DomainError('config_not_found', `${kind.describe(target)} was removed meanwhile`);
    }
    await this.#runner.inTurn(id, async () => {
      this.#keep(rollout);
      await this.#membership.joinMatching(rollout);
      await this.#runner.advance(id);
    });
    this.#handOut.pump();
  }

  async #takers(input: Pick<Rollout<T>, 'target' | 'selector'>): Promise<AgentRecord[]> {
    const { kind, agents } = this.#options;
    const { assignments } = this;
    return (await candidatesFor(input, { kind, agents, assignments })).filter((agent) => {
      const own = kind.prepared(input.target, assignments.get(agent.uid)?.target);
      return own !== undefined && kind.whyNot(agent, own) === undefined;
    });
  }

  /** On disk when it resolves. Throws `rollout_state_conflict` where the state does not allow it. */
  act({ id }: Rollout<T>, action: RolloutAction, author: string): Promise<void> {
    return this.#runner.inTurn(id, async () => {
      const rollout = this.#rollouts.get(id);
      if (rollout === undefined) throw new DomainError('rollout_not_found', `there is no rollout "${id}"`);
      const outcome = afterAction(rollout, action, author, this.#options.clock.now());
      if (outcome.kind === 'refused') {
        const reason = outcome.reason ?? `it must be ${outcome.allowedIn.join(' or ')}`;
        throw new DomainError(
          'rollout_state_conflict',
          `cannot ${action} rollout ${id}, which is ${rollout.state}; ${reason}`,
          { facts: { state: rollout.state } },
        );
      }
      try {
        const what = this.#options.kind.describe(rollout.target);
        await this.#save(outcome.rollout, actedAct(rollout, action, author, what));
      } catch (cause) {
        throw new DomainError('storage_unavailable', `could not ${action} rollout ${id}; try again`, {
          cause,
        });
      }
      if (action === 'rollback') await this.#handOut.takeBack(outcome.rollout);
      if (action === 'retry') this.desiredChanges.emit(this.given.tryAgain(outcome.rollout));
      await this.#runner.advance(id);
      this.#handOut.pump();
    });
  }

  /** Something that targets are made of changed, whoever has them: each agent is looked at, in slices. */
  async makeAllAnew(): Promise<void> {
    let looked = 0;
    for (const { uid } of [...this.assignments.values()]) {
      const agent = this.#options.agents.record(uid);
      if (agent !== undefined) this.#makeAnew(agent);
      looked += 1;
      if (looked % SLICE === 0) await breathe();
    }
  }

  #keep(rollout: Rollout<T>): void {
    this.#rollouts.set(rollout.id, rollout);
    this.#membership.rule(rollout);
    this.changes.emit(rollout.id);
  }

  /**
   * What stops a rollout holds before it is written, so that nobody is given the target meanwhile; what lets it go on
   * holds afterwards. After a crash an end that was not written comes again.
   */
  async #save(next: Rollout<T>, act?: Act): Promise<void> {
    const before = this.#rollouts.get(next.id);
    // Nobody asked for it: a gate did it, or the agents' answers.
    const own = act ?? (before && stepAct(before, next, this.#options.kind.describe(next.target)));
    const goesOn = next.state === 'running';
    if (!goesOn) this.#keep(next);
    try {
      // Members of a rollout that has ended are not sought again.
      if (next.endedAtMs !== null) await this.members.flush();
      await this.#options.store.save(next, own);
    } catch (error) {
      if (!goesOn && before !== undefined) this.#keep(before);
      throw error;
    }
    if (goesOn) this.#keep(next);
  }

  /** Agents of the wave that was released wait for their turn. */
  #wantWave({ id, progress }: Rollout<T>): void {
    for (const uid of this.members.open(id, progress.current)) {
      const agent = this.#options.agents.record(uid);
      if (agent !== undefined) this.#handOut.queue.want(id, agent);
    }
    this.#handOut.pump();
  }

  #heard(fact: AgentFact): void {
    const { record } = fact;
    switch (fact.kind) {
      case 'connected':
      case 'matchable':
      case 'capabilities':
      case 'enrolment':
        this.#membership.considerSoon(record.uid);
        return;
      case 'config_status':
        if (this.given.reported(record)) this.#settling.soon([record.uid]);
        return;
      case 'disconnected':
        this.#settling.soon([record.uid]);
        return;
      case 'renamed':
        this.#rename(fact.oldUid, record.uid);
        return;
      case 'removed':
        return;
    }
  }

  /** What the agent's target makes for it is another by now, since that depends on what the agent is. */
  #makeAnew(agent: AgentRecord): void {
    const { agents, kind } = this.#options;
    const assignment = this.assignments.get(agent.uid);
    if (assignment === undefined) return;
    const { target, rolloutId, assignedAtMs } = assignment;
    const hash = kind.hashFor(agent, target);
    if (hash === (agent.desired?.hash ?? '')) return;
    kind.show(agent.uid, { target, rolloutId, assignedAtMs });
    // Back after a crash that took its record: it is to have what it had.
    if (agent.desired === null) return;
    const what = hash === '' ? 'can no longer be built for this agent' : 'has other values for this agent';
    agents.recordEvent(agent.uid, 'config_assigned', `${kind.describe(target)} ${what}`, { rolloutId, hash });
    this.desiredChanges.emit([agent.uid]);
  }

  #wantAgain(agent: AgentRecord): void {
    const member = this.members.active(agent.uid);
    if (member === undefined || member.state !== 'pending') return;
    this.#handOut.queue.want(member.rolloutId, agent);
    this.#handOut.pump();
  }

  async #forget(uids: readonly InstanceUid[]): Promise<void> {
    await this.members.flush();
    const removed = await this.#options.store.forget(uids);
    const touched = uids.map((uid) => this.members.active(uid)?.rolloutId);
    this.members.forgotten(uids, removed);
    this.history.forget(uids);
    for (const uid of uids) this.#handOut.drop(uid);
    this.#settling.now(touched.filter((id) => id !== undefined));
  }

  #rename(oldUid: InstanceUid, newUid: InstanceUid): void {
    const assignment = this.assignments.get(oldUid);
    this.assignments.delete(oldUid);
    if (assignment !== undefined) this.assignments.set({ ...assignment, uid: newUid });
    this.members.rename(oldUid, newUid);
    this.#renames = Promise.all([this.#renames, this.members.flush(), this.history.flush()])
      .then(() => this.#options.store.rename(oldUid, newUid))
      .catch((error: unknown) =>
        this.#options.log.error({ error: errorText(error), oldUid, newUid }, 'assignment not renamed'),
      );
  }

  #tick(): void {
    const running = [...this.#rollouts.values()].filter(({ state }) => state === 'running');
    for (const rollout of running) this.given.failOverdue(rollout);
    this.#settling.now(running.map(({ id }) => id));
    this.#membership.tick();
  }
}
