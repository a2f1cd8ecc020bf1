import type { InstanceUid } from '../agents/agent.ts';

/** How many members of a rollout have one and the same text as their reason. */
export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
  /** One or two of them. */
  readonly uids: readonly InstanceUid[];
}

export interface ReasonGroup {
  /** As most of them have it. */
  readonly reason: string;
  readonly agents: number;
  readonly variants: number;
  readonly uids: readonly InstanceUid[];
}

const SAMPLES = 3;
/** What tells agents, connections and moments apart, and not errors. */
const OF_ITS_OWN =
  /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b(?=[a-f]*\d)[0-9a-f]{8,}\b|\b\d+(?:[.:,]\d+)*/gi;

/** Reasons that differ only in uids, addresses, hashes and numbers are one; that of most agents first. */
export function groupReasons(counts: readonly ReasonCount[]): ReasonGroup[] {
  const groups = new Map<string, ReasonGroup>();
  // That of most agents comes first, and gives its words.
  for (const { reason, count, uids } of [...counts].sort((a, b) => b.count - a.count)) {
    const key = reason.replaceAll(OF_ITS_OWN, '#');
    const known = groups.get(key);
    groups.set(key, {
      reason: known?.reason ?? reason,
      agents: (known?.agents ?? 0) + count,
      variants: (known?.variants ?? 0) + 1,
      uids: [...(known?.uids ?? []), ...uids].slice(0, SAMPLES),
    });
  }
  return [...groups.values()].sort((a, b) => b.agents - a.agents);
}
