import { AGENT_SORT_FIELDS, type AgentFilter, type HealthState, type Stats } from '@drover/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentRecord, NEVER_SEEN } from '../testing/agent-record.ts';
import { type AgentRecord, driftStateOf, hostNameOf, syncStateOf, typeOf, versionOf } from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import { AgentFleet } from './agent-fleet.ts';
import { allAgents, filterAgents, pageOfAgents } from './agent-list.ts';
import { statsOf } from './agent-stats.ts';
import { APPROVED, credentialKindOf, NO_ACCESS, PENDING } from './enrolment.ts';

interface Sketch {
  readonly name: string;
  readonly host: string;
  readonly health: HealthState;
  readonly seen: number;
}

function fleetOf(sketches: readonly Sketch[]): AgentFleet {
  const fleet = new AgentFleet();
  sketches.forEach(({ name, host, health, seen }, at) => {
    const record = agentRecord(at, {
      labels: at % 2 === 0 ? { env: 'Prod' } : {},
      attributes: ['service.name', name, 'host.name', host],
      health: { state: health, status: '', lastError: '' },
      connection: { state: 'connected', transport: 'http', remoteAddress: '', sinceMs: seen },
    });
    fleet.add(record, { ...NEVER_SEEN, lastMessageAtMs: seen });
  });
  return fleet;
}

const sketch = fc.record({
  name: fc.constantFrom('otelcol', 'Fluent-Bit', 'agent', ''),
  host: fc.constantFrom('web-1', 'web-2', 'DB-1'),
  health: fc.constantFrom<HealthState>('healthy', 'unhealthy', 'unknown'),
  seen: fc.nat(5),
});

function allPages(fleet: AgentFleet, limit: number, sort: string): AgentEntry[] {
  const items: AgentEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = pageOfAgents(fleet, {}, { limit, sort, cursor });
    expect(page.total).toBe(fleet.size);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** Counts by a look at each of them. */
function countsOf(records: readonly AgentRecord[]): Record<string, number> {
  const counts: Record<string, number> = { total: records.length };
  for (const record of records) {
    const values = [
      ...[`state ${record.connection.state}`, `health ${record.health.state}`],
      ...[`sync ${syncStateOf(record)}`, `drift ${driftStateOf(record)}`],
      ...[`configStatus ${record.config.status}`, `enrolment ${record.enrolment.state}`],
      `credential ${credentialKindOf(record.ownCredential, record.access)}`,
      ...[`type ${typeOf(record)}`, `version ${versionOf(record)}`],
    ];
    for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

/** Of the answer, without zeros. */
function countsIn({ total, silentConnections, type, version, ...fields }: Stats): Record<string, number> {
  expect(silentConnections).toBe(0);
  const pairs = [
    ...Object.entries(fields).flatMap(([field, counts]) =>
      Object.entries(counts).map(([value, count]) => [`${field} ${value}`, count] as const),
    ),
    ...type.map(({ value, count }) => [`type ${value}`, count] as const),
    ...version.map(({ value, count }) => [`version ${value}`, count] as const),
  ];
  return { total, ...Object.fromEntries(pairs.filter(([, count]) => count > 0)) };
}

describe('a list of agents', () => {
  test('has each agent once, in order, in either direction, over pages of any size', () => {
    fc.assert(
      fc.property(
        fc.array(sketch, { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(...AGENT_SORT_FIELDS),
        (sketches, limit, field) => {
          const fleet = fleetOf(sketches);
          const up = allPages(fleet, limit, field);
          expect(new Set(up).size).toBe(sketches.length);
          expect(up).toEqual(allPages(fleet, 500, field));
          const keyOf = {
            name: (entry: AgentEntry) => entry.texts.name,
            host: (entry: AgentEntry) => entry.texts.host,
            lastMessageAt: (entry: AgentEntry) => entry.lastMessageAtMs,
          }[field as 'name'];
          if (keyOf === undefined) return;
          const keys = up.map(keyOf);
          expect(keys).toEqual(keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
          const down = allPages(fleet, limit, `-${field}`).map(keyOf);
          expect(down).toEqual(keys.toReversed());
        },
      ),
    );
  });

  test('read as a whole has the order of its pages', async () => {
    const fields = AGENT_SORT_FIELDS.flatMap((field) => [field, `-${field}`]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(sketch, { maxLength: 40 }),
        fc.constantFrom(...fields),
        async (sketches, sort) => {
          const fleet = fleetOf(sketches);
          expect(await allAgents(fleet, {}, sort)).toEqual(allPages(fleet, 7, sort));
        },
      ),
    );
  });

  test('words must all occur in name, host, uid or labels, in any case', () => {
    const fleet = fleetOf([
      { name: 'otelcol', host: 'web-1', health: 'healthy', seen: 1 },
      { name: 'Fluent-Bit', host: 'web-2', health: 'unhealthy', seen: 2 },
    ]);
    expect(filterAgents(fleet, { q: 'WEB' }).count()).toBe(2);
    expect(filterAgents(fleet, { q: 'web fluent' }).count()).toBe(1);
    expect(filterAgents(fleet, { q: 'env=prod' }).count()).toBe(1);
    expect(filterAgents(fleet, { q: 'web nothing' }).count()).toBe(0);
    expect(filterAgents(fleet, { q: 'web', health: ['unhealthy', 'unknown'] }).count()).toBe(1);
  });

  test('an unknown field to sort by, a foreign cursor and a bad selector are refused', () => {
    const fleet = fleetOf([]);
    const code = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
    };
    expect(code(() => pageOfAgents(fleet, {}, { limit: 1, sort: 'colour' }))).toBe('invalid_sort');
    expect(code(() => pageOfAgents(fleet, {}, { limit: 1, cursor: 'x' }))).toBe('invalid_cursor');
    expect(code(() => pageOfAgents(fleet, { selector: 'a=' }, { limit: 1 }))).toBe('invalid_selector');
  });

  test('the index follows every change of any part of a record', () => {
    const hash = fc.constantFrom('', 'aa', 'bb');
    const desired = fc.record({
      hash,
      configs: fc.subarray([
        { name: 'base', revision: 1 },
        { name: 'next', revision: 1 },
      ]),
      rolloutId: fc.constant(null),
      assignedAtMs: fc.constant(0),
    });
    const patch: fc.Arbitrary<Partial<AgentRecord>> = fc.oneof(
      fc.record({
        config: fc.record({
          hash,
          status: fc.constantFrom('applied' as const, 'failed' as const),
          errorMessage: fc.constant(''),
        }),
      }),
      fc.record({ desired: fc.option(desired) }),
      fc.record({ drift: fc.constantFrom(null, 0, 3) }),
      fc.record({
        connection: fc.record({
          state: fc.constantFrom('connected' as const, 'stale' as const, 'disconnected' as const),
          transport: fc.constant('http' as const),
          remoteAddress: fc.constant(''),
          sinceMs: fc.constant(0),
        }),
      }),
      fc.record({
        health: fc.record({
          state: fc.constantFrom<HealthState[]>('healthy', 'unhealthy', 'unknown'),
          status: fc.constant(''),
          lastError: fc.constant(''),
        }),
      }),
      fc.record({ enrolment: fc.constantFrom(APPROVED, PENDING) }),
      fc.record({ ownCredential: fc.constantFrom('none' as const, 'own' as const, 'failed' as const) }),
      fc.record({
        access: fc.constantFrom(NO_ACCESS, { kind: 'token', token: { id: 't1', name: 'fleet' } } as const),
      }),
      fc.record({
        attributes: fc.constantFrom(['service.name', 'other', 'service.version', '2'], ['a', 'b']),
      }),
      fc.record({ labels: fc.constantFrom({ env: 'test', a: 'b' }, {}) }),
    );
    const change = fc.record({ at: fc.nat(9), patch });
    fc.assert(
      fc.property(
        fc.array(sketch, { minLength: 1, maxLength: 10 }),
        fc.array(change, { maxLength: 40 }),
        (sketches, changes) => {
          const fleet = fleetOf(sketches);
          for (const { at, patch: parts } of changes) {
            const entry = fleet.at(at % sketches.length);
            if (entry !== undefined) fleet.replace(entry, { ...entry.record, ...parts });
          }
          const records = Array.from(fleet.entries(), ({ record }) => record);
          expect(countsIn(statsOf(fleet, {}, 0))).toEqual(countsOf(records));
          expect(countsIn(statsOf(fleet, { q: '-' }, 0))).toEqual(countsOf(records));
          expect(countsIn(statsOf(fleet, { q: 'web' }, 0))).toEqual(
            countsOf(records.filter((record) => hostNameOf(record).startsWith('web'))),
          );
          const found = (filter: AgentFilter) => filterAgents(fleet, filter).count();
          const having = (is: (record: AgentRecord) => boolean) => records.filter(is).length;
          expect(found({ selector: 'label:env=test' })).toBe(having(({ labels }) => labels.env === 'test'));
          expect(found({ selector: 'attr:a=b' })).toBe(having(({ attributes }) => attributes[0] === 'a'));
          expect(found({ config: 'next' })).toBe(
            having(({ desired }) => desired?.configs.some(({ name }) => name === 'next') ?? false),
          );
          expect(found({ enrolmentToken: 't1' })).toBe(having(({ access }) => access.token?.id === 't1'));
        },
      ),
    );
  });
});
