import type { RolloutPreview } from '@drover/api';
import { expect, it } from 'vitest';
import { agentsByRevision } from './agents-by-revision.ts';

it('counts agents by the revision that they are to run, newest first, and leaves out other configurations', () => {
  const preview: RolloutPreview = {
    target: { kind: 'config', configs: [{ name: 'edge', revision: 3 }], hash: 'ab', replaces: 'stack' },
    matched: 20,
    wouldChange: { count: 11, offline: 0, agents: [] },
    unchanged: { count: 9 },
    cannot: { count: 0, agents: [] },
    waves: [],
    noWayBack: { count: 0, agents: [] },
    groups: { items: [], rest: { groups: 0, agents: 0 } },
    supersedes: [],
    current: [
      { configs: [{ name: 'edge', revision: 1 }], next: [], agents: 2 },
      {
        configs: [
          { name: 'base', revision: 7 },
          { name: 'edge', revision: 3 },
        ],
        next: [],
        agents: 1,
      },
      { configs: [], next: [], agents: 8 },
    ],
  };
  expect(agentsByRevision(preview, 'edge')).toEqual([
    { revision: 3, agents: 10 },
    { revision: 1, agents: 2 },
  ]);
});
