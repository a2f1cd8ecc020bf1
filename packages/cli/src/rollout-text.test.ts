import type { Rollout, RolloutPreview } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { countsText, previewText, progressText } from './rollout-text.ts';

const plain = (_style: string, text: string) => text;
const configs = [{ name: 'edge', revision: 3 }];
const target: Rollout['target'] = { kind: 'config', configs, hash: 'ab', replaces: 'stack' };
const agent = {
  instanceUid: '0192f0c1-0000-7000-8000-000000000001',
  displayName: 'edge-7',
  state: 'skipped' as const,
  wave: 0,
  isConnected: true,
  reason: 'does not accept remote configuration',
  changedAt: '2026-11-23T12:00:00Z',
};
const preview: RolloutPreview = {
  target,
  matched: 12,
  wouldChange: { count: 10, offline: 2, agents: [] },
  unchanged: { count: 1 },
  cannot: { count: 1, agents: [agent] },
  waves: [{ wave: null, agents: 10 }],
  noWayBack: { count: 0, agents: [] },
  groups: { items: [], rest: { groups: 0, agents: 0 } },
  supersedes: [{ rolloutId: 'r-1', agents: 4 }],
  current: [
    { configs: [{ name: 'edge', revision: 2 }], next: configs, agents: 9 },
    { configs: [], next: configs, agents: 1 },
  ],
};

describe('previewText', () => {
  const text = previewText(preview, '', plain);

  it('says who would change, who cannot and why, and what they run today', () => {
    expect(text).toContain('10 agents, 2 of them offline now');
    expect(text).toContain(
      'edge-7 (0192f0c1-0000-7000-8000-000000000001): does not accept remote configuration',
    );
    expect(text).toContain('edge@2: 9 agents');
    expect(text).toContain('nothing from Drover: 1 agent\n');
    const inPlace = previewText({ ...preview, target: { ...target, replaces: 'layer' } }, '', plain);
    expect(inPlace).toContain('edge@2, then edge@3: 9 agents');
    expect(text).toContain('Takes 4 agents from rollout r-1.');
  });

  it('says outright that the empty selector is every agent', () => {
    expect(text).toContain('(every agent)');
  });

  it('says how many it does not show', () => {
    const many = { ...preview, cannot: { count: 250, agents: Array.from({ length: 100 }, () => agent) } };
    expect(previewText(many, 'a=b', plain)).toContain('and 240 more');
  });
});

describe('progress', () => {
  const counts = { matched: 20, pending: 3, offered: 2, applied: 14, failed: 1, skipped: 0, superseded: 0 };

  it('leaves out what is zero', () => {
    expect(countsText(counts, plain)).toBe('14 of 20 applied, 1 failed, 2 offered, 3 pending');
  });

  it('is one line', () => {
    expect(progressText({ id: 'r-2', state: 'running', counts } as Rollout, plain)).toBe(
      'r-2  running  14 of 20 applied, 1 failed, 2 offered, 3 pending',
    );
  });
});
