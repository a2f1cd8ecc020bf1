import { describe, expect, test } from 'vitest';
import { agentRecord } from '../testing/agent-record.ts';
import type { AgentRecord } from './agent.ts';
import { AgentFleet } from './agent-fleet.ts';
import { groupsOf } from './agent-groups.ts';
import { pageOfAgents } from './agent-list.ts';
import { keysOf, valuesOf } from './agent-terms.ts';

interface Sketch {
  readonly labels?: Readonly<Record<string, string>>;
  readonly attributes?: readonly string[];
  readonly health?: 'healthy' | 'unhealthy';
}

function recordOf(at: number, { health = 'healthy', ...described }: Sketch): AgentRecord {
  return agentRecord(at, { ...described, health: { state: health, status: '', lastError: '' } });
}

function fleetOf(sketches: readonly Sketch[]): AgentFleet {
  const fleet = new AgentFleet();
  sketches.forEach((sketch, at) => {
    fleet.add(recordOf(at, sketch), {
      lastMessageAtMs: 0,
      sequenceNum: 0n,
      parts: {},
      hasStoredParts: false,
    });
  });
  return fleet;
}

const FLEET: readonly Sketch[] = [
  { labels: { env: 'prod' }, attributes: ['service.name', 'otelcol', 'region', 'eu-west'] },
  {
    labels: { env: 'prod', region: 'pole' },
    attributes: ['service.name', 'otelcol', 'region', 'eu-west'],
    health: 'unhealthy',
  },
  { labels: { env: 'Preview' }, attributes: ['service.name', 'a,b', 'region', 'us-east'] },
  { attributes: ['service.name', 'fluent-bit'] },
];

describe('completion', () => {
  test('names keys with how many agents have them, those that start with the text first', () => {
    const fleet = fleetOf(FLEET);
    expect(keysOf(fleet, { limit: 20 }).items).toEqual([
      { source: 'attribute', key: 'service.name', agents: 4, values: 3 },
      { source: 'label', key: 'env', agents: 3, values: 2 },
      { source: 'attribute', key: 'region', agents: 3, values: 2 },
      { source: 'label', key: 'region', agents: 1, values: 1 },
    ]);
    expect(keysOf(fleet, { q: 'E', limit: 20 }).items.map(({ key }) => key)).toEqual([
      'env',
      'service.name',
      'region',
      'region',
    ]);
    expect(keysOf(fleet, { limit: 1 })).toMatchObject({ items: [{ key: 'service.name' }], hasMore: true });
    expect(keysOf(fleet, { q: 'nothing', limit: 1 })).toEqual({ items: [], hasMore: false });
  });

  test('names values of a key, a label hiding the attribute of its name', () => {
    const fleet = fleetOf(FLEET);
    const values = (key: string, q = '') =>
      valuesOf(fleet, key, { q, limit: 20 }).items.map(({ value, agents }) => [value, agents]);
    expect(values('env')).toEqual([
      ['prod', 2],
      ['Preview', 1],
    ]);
    expect(values('env', 'PRE')).toEqual([['Preview', 1]]);
    expect(values('env', 'r')).toHaveLength(2);
    expect(values('region')).toEqual([
      ['eu-west', 1],
      ['pole', 1],
      ['us-east', 1],
    ]);
    expect(values('attr:region', 'eu')).toEqual([['eu-west', 2]]);
    expect(values('label:region')).toEqual([['pole', 1]]);
    expect(() => values('env=prod')).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
    expect(() => values('env,')).toThrowError(expect.objectContaining({ code: 'invalid_selector' }));
  });

  test('follows labels that change and agents that leave', () => {
    const fleet = fleetOf(FLEET);
    const envs = (q: string) => valuesOf(fleet, 'env', { q, limit: 20 }).items.map(({ value }) => value);
    expect(envs('p')).toEqual(['prod', 'Preview']);
    const [first, second, third] = [...fleet.entries()];
    if (first === undefined || second === undefined || third === undefined) throw new Error('no agents');
    fleet.replace(third, { ...third.record, labels: { env: 'staging' } });
    expect(envs('')).toEqual(['prod', 'staging']);
    fleet.remove(first);
    fleet.remove(second);
    expect(envs('')).toEqual(['staging']);
    expect(keysOf(fleet, { q: 'env', limit: 5 }).items).toMatchObject([{ agents: 1, values: 1 }]);
  });
});

describe('groups', () => {
  const page = { limit: 10 };

  test('count the agents of each value by state and health, largest first, those without last', () => {
    const groups = groupsOf(fleetOf(FLEET), 'env', {}, page);
    expect(groups.items).toMatchObject([
      { value: 'prod', selector: 'env=prod', agents: 2, health: { healthy: 1, unhealthy: 1 } },
      { value: 'Preview', agents: 1, state: { connected: 1, stale: 0 } },
      { value: null, selector: '!env', agents: 1, sync: { none: 1 } },
    ]);
    expect(groups).toMatchObject({ total: 3, nextCursor: null });
  });

  test('have a selector that yields exactly their agents, over pages of any size', () => {
    const fleet = fleetOf(FLEET);
    for (const by of ['type', 'host', 'region', 'label:region', 'attr:"region"', 'env']) {
      for (const sort of ['agents', '-agents', 'value', '-value']) {
        for (const limit of [1, 2, 3]) {
          const values: (string | null)[] = [];
          let agents = 0;
          let cursor: string | undefined;
          do {
            const found = groupsOf(fleet, by, {}, { limit, sort, cursor });
            for (const group of found.items) {
              values.push(group.value);
              agents += group.agents;
              expect(pageOfAgents(fleet, { selector: group.selector }, page).total).toBe(group.agents);
            }
            cursor = found.nextCursor ?? undefined;
            expect(found.total).toBeGreaterThan(0);
          } while (cursor !== undefined);
          expect(new Set(values).size).toBe(values.length);
          expect(agents).toBe(fleet.size);
        }
      }
    }
  });

  test('are of those that the filter leaves', () => {
    const groups = groupsOf(fleetOf(FLEET), 'region', { health: ['unhealthy'] }, page);
    expect(groups.items).toMatchObject([{ value: 'pole', agents: 1 }]);
    expect(() => groupsOf(fleetOf(FLEET), '', {}, page)).toThrowError(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
