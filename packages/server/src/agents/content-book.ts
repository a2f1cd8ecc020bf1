import type { InstanceUid } from './agent.ts';
import type { EffectiveContent } from './effective-content.ts';

interface Kept {
  readonly content: EffectiveContent;
  /** Reported contents that differ in what is masked alone. */
  reports: number;
}
interface Reported {
  readonly kept: Kept;
  agents: number;
}

/** Which agent runs which content; each content is held once, and no longer than an agent runs it. */
export class ContentBook {
  readonly #contents = new Map<string, Kept>();
  readonly #reported = new Map<string, Reported>();
  readonly #ofAgent = new Map<InstanceUid, string>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#contents.size;
  }

  contents(): Iterable<EffectiveContent> {
    return [...this.#contents.values()].map(({ content }) => content);
  }

  get(hash: string): EffectiveContent | undefined {
    return this.#contents.get(hash)?.content;
  }

  /** The content that this was read as; undefined where it is not known. */
  contentOf(reportedKey: string): EffectiveContent | undefined {
    return this.#reported.get(reportedKey)?.kept.content;
  }

  /** The agent runs this from now on. Returns the content's hash. */
  put(uid: InstanceUid, reportedKey: string, content: EffectiveContent): string {
    const known = this.#reported.get(reportedKey);
    if (known !== undefined && this.#ofAgent.get(uid) === reportedKey) return known.kept.content.hash;
    const reported = known ?? this.#add(reportedKey, content);
    reported.agents += 1;
    this.remove(uid);
    this.#ofAgent.set(uid, reportedKey);
    return reported.kept.content.hash;
  }

  /** True where a content went with the agent. */
  remove(uid: InstanceUid): boolean {
    const key = this.#ofAgent.get(uid);
    const reported = key === undefined ? undefined : this.#reported.get(key);
    if (key === undefined || reported === undefined) return false;
    this.#ofAgent.delete(uid);
    reported.agents -= 1;
    if (reported.agents > 0) return false;
    this.#reported.delete(key);
    const { kept } = reported;
    kept.reports -= 1;
    if (kept.reports > 0) return false;
    this.#contents.delete(kept.content.hash);
    this.#bytes -= kept.content.bytes;
    return true;
  }

  #add(reportedKey: string, content: EffectiveContent): Reported {
    let kept = this.#contents.get(content.hash);
    if (kept === undefined) {
      kept = { content, reports: 0 };
      this.#contents.set(content.hash, kept);
      this.#bytes += content.bytes;
    }
    kept.reports += 1;
    const reported = { kept, agents: 0 };
    this.#reported.set(reportedKey, reported);
    return reported;
  }
}
