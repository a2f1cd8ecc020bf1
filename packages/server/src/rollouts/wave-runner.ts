import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Fleet } from './fleet.ts';
import type { FlowFigures } from './flow-gate.ts';
import type { GateVerdict } from './gate-verdict.ts';
import {
  afterAction,
  afterRelease,
  afterVerdicts,
  halted,
  mayGoOn,
  type PinnedTarget,
  type Rollout,
} from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import {
  ended,
  isLastWave,
  judged,
  needsApproval,
  type RolloutProgress,
  settled,
  soakSecondsOf,
} from './rollout-progress.ts';
import { failuresVerdict, WaveJudge } from './wave-judge.ts';

export interface WaveRunnerOptions<T extends PinnedTarget> {
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly log: Log;
  readonly members: RolloutMembers;
  /** Undefined: nothing is known of what flows. */
  readonly flow: FlowFigures | undefined;
  readonly rollout: (id: string) => Rollout<T> | undefined;
  readonly isSettled: (rollout: Rollout<T>) => boolean;
  /** On disk, and then what holds. */
  readonly save: (rollout: Rollout<T>) => Promise<void>;
  /** The agents of its current wave may be given the target. */
  readonly released: (rollout: Rollout<T>) => void;
  /** It was rolled back by a gate. */
  readonly takeBack: (rollout: Rollout<T>) => Promise<void>;
}

/** Who acts where a gate does. */
const GATE = 'a gate';

/**
 * Brings rollouts from wave to wave: a wave is released, settles when everybody that it could reach has a verdict, soaks,
 * is judged, and lets the next one go, halts the rollout or takes it back. What an operator does and what is done here
 * take turns, and each step is on disk before it has an effect.
 */
export class WaveRunner<T extends PinnedTarget> {
  readonly #options: WaveRunnerOptions<T>;
  readonly #judge: WaveJudge;
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #looking = new Set<string>();

  constructor(options: WaveRunnerOptions<T>) {
    this.#options = options;
    this.#judge = new WaveJudge(options);
  }

  /** Runs when everything before it on this rollout is done. */
  inTurn<R>(id: string, run: () => Promise<R>): Promise<R> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(run, run);
    const last = turn.catch(() => {});
    this.#turns.set(id, last);
    void last.then(() => {
      if (this.#turns.get(id) === last) this.#turns.delete(id);
    });
    return turn;
  }

  /** Brings the rollout as far as it can come now. */
  look(id: string): void {
    if (this.#looking.has(id)) return;
    this.#looking.add(id);
    this.inTurn(id, async () => {
      this.#looking.delete(id);
      await this.advance(id);
    }).catch((error: unknown) => {
      // Tried again with the next look: nothing has changed.
      this.#options.log.error(
        { error: errorText(error), rollout: id },
        'a rollout could not be brought further',
      );
    });
  }

  /** Only in turn. */
  async advance(id: string): Promise<void> {
    while (await this.#step(id));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#turns.values());
  }

  /** True where it came further and may come further still. */
  async #step(id: string): Promise<boolean> {
    const { rollout: find, isSettled, clock, save } = this.#options;
    const rollout = find(id);
    if (rollout?.state !== 'running') return false;
    const failures = this.#tooManyFailures(rollout);
    if (failures !== undefined) return this.#fail(rollout, failures.wave, [failures.verdict]);
    if (mayGoOn(rollout)) return this.#release(rollout);
    const { progress, strategy } = rollout;
    const wave = progress.waves[progress.current];
    switch (wave?.state) {
      case 'running':
        if (!isSettled(rollout)) return false;
        return this.#settle(rollout);
      case 'soaking': {
        const soakMs = soakSecondsOf(strategy, progress.current) * 1000;
        if (clock.now() < (wave.settledAtMs ?? 0) + soakMs || !isSettled(rollout)) return false;
        return this.#judgeWave(rollout);
      }
      case 'passed':
      case 'overridden':
        await save(this.#finished(rollout));
        return false;
      default:
        return false;
    }
  }

  #settle(rollout: Rollout<T>): Promise<boolean> {
    const { clock } = this.#options;
    const nowMs = clock.now();
    const next = { ...rollout, progress: settled(rollout.progress, nowMs), updatedAtMs: nowMs };
    const soakSeconds = soakSecondsOf(rollout.strategy, rollout.progress.current);
    // Without a soak one write does for both.
    return soakSeconds === 0 ? this.#judgeWave(next) : this.#options.save(next).then(() => false);
  }

  async #release(rollout: Rollout<T>): Promise<boolean> {
    const { clock, save, released, members } = this.#options;
    // Who is in which wave is on disk before anybody of one is given anything.
    await members.flush();
    const next = rollout.progress.current + 1;
    const flowBefore = await this.#judge.flowOf(rollout, next);
    const after = afterRelease(rollout, flowBefore, clock.now());
    await save(after);
    released(after);
    return true;
  }

  async #judgeWave(rollout: Rollout<T>): Promise<boolean> {
    const { clock, save, members } = this.#options;
    const { strategy } = rollout;
    const { current } = rollout.progress;
    const verdicts = await this.#judge.verdicts(rollout);
    if (verdicts.some(({ passed }) => !passed)) return this.#fail(rollout, current, verdicts);
    const nowMs = clock.now();
    const isOverridden = rollout.progress.waves[current]?.isOverridden === true;
    const state = isOverridden ? 'overridden' : 'passed';
    const progress = ended(judged(rollout.progress, current, verdicts), current, state, nowMs);
    const passed = { ...rollout, progress, updatedAtMs: nowMs };
    if (isLastWave(progress)) {
      await save(this.#finished(passed));
      return false;
    }
    if (needsApproval(strategy, current)) {
      const next = members.counts(rollout.id, current + 1).matched;
      const text = `wave ${current + 1} of ${progress.waves.length} passed; the next one has ${next} agents`;
      await save(halted(passed, { kind: 'approval', wave: current, text }, nowMs));
      return false;
    }
    await save(passed);
    return true;
  }

  async #fail(rollout: Rollout<T>, wave: number, verdicts: readonly GateVerdict[]): Promise<boolean> {
    const { clock, save, log, takeBack } = this.#options;
    const nowMs = clock.now();
    const text = verdicts
      .filter(({ passed }) => !passed)
      .map((verdict) => verdict.text)
      .join('; ');
    const progress: RolloutProgress = ended(judged(rollout.progress, wave, verdicts), wave, 'failed', nowMs);
    const failed = { ...rollout, progress };
    const { id } = rollout;
    if (rollout.strategy.onFailure === 'rollback') {
      const outcome = afterAction(failed, 'rollback', GATE, nowMs);
      if (outcome.kind === 'refused') return false;
      log.warn({ rollout: id, wave, text }, 'a gate failed: the rollout is rolled back');
      await save(outcome.rollout);
      await takeBack(outcome.rollout);
      return false;
    }
    log.warn({ rollout: id, wave, text }, 'a gate failed: the rollout is paused');
    await save(halted(failed, { kind: 'gate', wave, text }, nowMs));
    return false;
  }

  #finished(rollout: Rollout<T>): Rollout<T> {
    const { members, clock } = this.#options;
    return afterVerdicts(rollout, members.counts(rollout.id).failed, clock.now());
  }

  /** More agents failed in a wave than may; also in one that had passed. */
  #tooManyFailures({ id, strategy, progress }: Rollout<T>) {
    const { members, clock } = this.#options;
    for (let wave = 0; wave <= progress.current; wave += 1) {
      if (progress.waves[wave]?.isOverridden === true) continue;
      const verdict = failuresVerdict(strategy, members.counts(id, wave), clock.now());
      if (verdict !== undefined) return { wave, verdict };
    }
    return undefined;
  }
}
