import type { RolloutAgentState, RolloutCounts } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import { isOpen, type Member } from './member.ts';
import { Tally } from './tally.ts';

interface Wave {
  readonly tally: Tally;
  /** Those that wait for their target or its verdict. */
  readonly open: Set<InstanceUid>;
}

const NONE = new Tally();
const NOBODY: ReadonlySet<InstanceUid> = new Set();

/** The members of one rollout, by what is asked of them. Each change of a member costs the same, whatever their number. */
export class RolloutRoll {
  /** All active members. */
  readonly members = new Set<InstanceUid>();
  readonly skipped = new Map<InstanceUid, Member>();
  /** Since when an offer waits for its verdict, oldest first. */
  #offered = new Map<InstanceUid, number>();
  readonly #tally = new Tally();
  readonly #waves: Wave[] = [];

  counts(wave?: number): RolloutCounts {
    return (wave === undefined ? this.#tally : (this.#waves[wave]?.tally ?? NONE)).counts();
  }

  count(
    wave: number,
    from: RolloutAgentState | undefined,
    to: RolloutAgentState | undefined,
    count = 1,
  ): void {
    this.#tally.move(from, to, count);
    this.#wave(wave).tally.move(from, to, count);
  }

  open(wave: number): ReadonlySet<InstanceUid> {
    return this.#waves[wave]?.open ?? NOBODY;
  }

  get offered(): ReadonlyMap<InstanceUid, number> {
    return this.#offered;
  }

  /** An active member, in its next state. */
  put(member: Member): void {
    const { uid, wave, state, changedAtMs } = member;
    this.members.add(uid);
    const { open } = this.#wave(wave);
    if (isOpen(member)) open.add(uid);
    else open.delete(uid);
    if (state === 'offered' && this.#offered.get(uid) === changedAtMs) return;
    // One whose time begins anew goes to the end: the oldest stay first.
    this.#offered.delete(uid);
    if (state === 'offered') this.#offered.set(uid, changedAtMs);
  }

  remove({ uid, wave }: Member): void {
    this.members.delete(uid);
    this.#wave(wave).open.delete(uid);
    this.#offered.delete(uid);
  }

  /** Members were put in another order than that of their offers. */
  sortOffered(): void {
    this.#offered = new Map([...this.#offered].sort(([, a], [, b]) => a - b));
  }

  #wave(wave: number): Wave {
    let found = this.#waves[wave];
    if (found === undefined) {
      found = { tally: new Tally(), open: new Set() };
      this.#waves[wave] = found;
    }
    return found;
  }
}
