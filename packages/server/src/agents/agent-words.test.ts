import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentRecord, NEVER_SEEN } from '../testing/agent-record.ts';
import { type AgentRecord, displayNameOf, hostNameOf, typeOf, versionOf } from './agent.ts';
import { AgentFleet } from './agent-fleet.ts';
import { filterAgents } from './agent-list.ts';

type Described = Pick<AgentRecord, 'displayNameOverride' | 'labels' | 'attributes'>;

function recordOf(at: number, described: Described): AgentRecord {
  return agentRecord(at, {
    ...described,
    health: { state: at % 3 === 0 ? 'unhealthy' : 'healthy', status: '', lastError: '' },
  });
}

function textsOf(record: AgentRecord): string[] {
  const labels = Object.entries(record.labels).map(([key, value]) => `${key}=${value}`);
  const own = [displayNameOf(record), hostNameOf(record), typeOf(record), versionOf(record), record.uid];
  return [...own, ...labels].map((text) => text.toLowerCase());
}

const described: fc.Arbitrary<Described> = fc.record({
  displayNameOverride: fc.constantFrom(null, 'Gateway A', '8-00'),
  labels: fc.constantFrom({}, { env: 'Prod' }, { env: 'test', rack: '8-000' }),
  attributes: fc.constantFrom(
    [],
    ['service.name', 'otelcol', 'host.name', 'WEB-1'],
    ['service.name', 'Fluent-Bit', 'service.version', '8.0.0', 'host.name', 'db-prod'],
  ),
});
const query = fc
  .subarray(['prod', 'ENV=p', 'web', 'fluent', '8-00', '0003', '8.0', 'gate', 'nowhere'], { maxLength: 2 })
  .map((words) => words.join(' '));
const search = fc.record({ q: query, isNarrowed: fc.boolean() });
const change = fc.oneof(
  fc.record({ do: fc.constant('describe' as const), at: fc.nat(29), described }),
  fc.record({
    do: fc.constant('label' as const),
    at: fc.nat(29),
    labels: fc.constantFrom({}, { env: 'Prod' }),
  }),
  fc.record({ do: fc.constant('forget' as const), at: fc.nat(29) }),
  fc.record({ do: fc.constant('meet' as const), described }),
);

function slotsFound(fleet: AgentFleet, { q, isNarrowed }: { q: string; isNarrowed: boolean }): Set<number> {
  const slots = new Set<number>();
  filterAgents(fleet, { q, ...(isNarrowed ? { health: ['unhealthy'] } : {}) }).forEach((slot) => {
    slots.add(slot);
  });
  return slots;
}

describe('a search for words', () => {
  test('finds what a look at every agent finds, also again and after each change', () => {
    fc.assert(
      fc.property(
        fc.array(described, { minLength: 1, maxLength: 30 }),
        fc.array(search, { minLength: 1, maxLength: 3 }),
        fc.array(change, { maxLength: 20 }),
        (sketches, searches, changes) => {
          const fleet = new AgentFleet();
          let met = 0;
          const meet = (each: Described) => fleet.add(recordOf(met++, each), NEVER_SEEN);
          const expectAll = () => {
            for (const each of searches) {
              const words = each.q.toLowerCase().split(' ');
              const expected = Array.from(fleet.entries()).filter(
                ({ record }) =>
                  (!each.isNarrowed || record.health.state === 'unhealthy') &&
                  words.every((word) => textsOf(record).some((text) => text.includes(word))),
              );
              expect(slotsFound(fleet, each)).toEqual(new Set(expected.map(({ slot }) => slot)));
            }
          };
          for (const each of sketches) meet(each);
          expectAll();
          for (const each of changes) {
            const entry = 'at' in each ? fleet.at(each.at) : undefined;
            if (each.do === 'meet') meet(each.described);
            else if (entry !== undefined && each.do === 'forget') fleet.remove(entry);
            else if (entry !== undefined && each.do === 'label')
              fleet.replace(entry, { ...entry.record, labels: each.labels });
            else if (entry !== undefined && each.do === 'describe')
              fleet.replace(entry, { ...entry.record, ...each.described });
            expectAll();
          }
        },
      ),
    );
  });
});
