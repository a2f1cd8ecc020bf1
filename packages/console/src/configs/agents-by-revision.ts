import type { RolloutPreview } from '@drover/api';

export interface RevisionUse {
  readonly revision: number;
  readonly agents: number;
}

/** From a preview of a configuration's newest revision for the whole fleet: how many agents are to run which revision. */
export function agentsByRevision(preview: RolloutPreview, name: string): readonly RevisionUse[] {
  const counts = new Map<number, number>();
  const add = (revision: number, agents: number) =>
    counts.set(revision, (counts.get(revision) ?? 0) + agents);
  const newest = preview.target.configs.find((config) => config.name === name);
  if (newest !== undefined && preview.unchanged.count > 0) add(newest.revision, preview.unchanged.count);
  for (const stack of preview.current) {
    const config = stack.configs.find((each) => each.name === name);
    if (config !== undefined) add(config.revision, stack.agents);
  }
  return [...counts]
    .map(([revision, agents]) => ({ revision, agents }))
    .sort((a, b) => b.revision - a.revision);
}
