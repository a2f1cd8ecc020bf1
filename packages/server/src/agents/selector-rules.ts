import type { AgentRecord } from './agent.ts';
import { matchesSelector, type Selector } from './selector.ts';

interface Rule {
  readonly id: string;
  readonly selector: Selector;
  /** Terms one of which a matching agent has; undefined where the selector names none. */
  readonly anchors: readonly string[] | undefined;
}

/** Standing selectors, found for one agent by what it has, not by trying each. */
export class SelectorRules {
  readonly #rules = new Map<string, Rule>();
  readonly #byAnchor = new Map<string, Set<Rule>>();
  readonly #unanchored = new Set<Rule>();

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  add(id: string, selector: Selector): void {
    this.remove(id);
    const rule = { id, selector, anchors: anchorsOf(selector) };
    this.#rules.set(id, rule);
    if (rule.anchors === undefined) this.#unanchored.add(rule);
    for (const anchor of rule.anchors ?? []) {
      const rules = this.#byAnchor.get(anchor) ?? new Set();
      this.#byAnchor.set(anchor, rules.add(rule));
    }
  }

  remove(id: string): void {
    const rule = this.#rules.get(id);
    if (rule === undefined) return;
    this.#rules.delete(id);
    this.#unanchored.delete(rule);
    for (const anchor of rule.anchors ?? []) {
      const rules = this.#byAnchor.get(anchor);
      rules?.delete(rule);
      if (rules?.size === 0) this.#byAnchor.delete(anchor);
    }
  }

  /** Ids of the rules that match the agent, in no order. */
  matching(agent: AgentRecord): string[] {
    if (this.#rules.size === 0) return [];
    const candidates = new Set(this.#unanchored);
    const collect = (key: string, value: string): void => {
      for (const rule of this.#byAnchor.get(anchor(key, value)) ?? []) candidates.add(rule);
    };
    if (this.#byAnchor.size > 0) {
      collect('', agent.uid);
      for (const [key, value] of Object.entries(agent.labels)) collect(key, value);
      const { attributes } = agent;
      for (let at = 0; at + 1 < attributes.length; at += 2)
        collect(attributes[at] ?? '', attributes[at + 1] ?? '');
    }
    const ids: string[] = [];
    for (const rule of candidates) if (matchesSelector(rule.selector, agent)) ids.push(rule.id);
    return ids;
  }
}

function anchor(key: string, value: string): string {
  return `${key}\0${value}`;
}

function anchorsOf({ requirements }: Selector): string[] | undefined {
  const positive = requirements.find(({ operator }) => operator === 'in');
  return positive?.values.map((value) => anchor(positive.scope === 'uid' ? '' : positive.key, value));
}
