import { parseSearch } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { Listeners } from '../lib/listeners.ts';
import { silentLog } from '../lib/log.ts';
import { openMemory } from '../testing/databases.ts';
import { uidOf } from '../testing/domain.ts';
import { newAgent } from './agent.ts';
import type { AgentFact } from './agent-fact.ts';
import { AgentFleet } from './agent-fleet.ts';
import { AgentSql } from './agent-sql.ts';
import { EffectiveContents } from './effective-contents.ts';

const LINK = { transport: 'http', remoteAddress: '', sequenceNum: 1n, capabilities: 0n } as const;

function queryOf(text: string) {
  const parsed = parseSearch(text);
  if (parsed.kind !== 'query') throw new Error(parsed.message);
  return parsed.query;
}

test('contents beyond the limit are not kept, which is said, and are read when there is room', async () => {
  await using db = await openMemory();
  const fleet = new AgentFleet();
  const facts = new Listeners<AgentFact>();
  const decoder = {
    attributes: () => [],
    view: () => {
      throw new Error('not asked for');
    },
    componentNames: () => ({}),
    effectiveBodies: (bytes: Uint8Array) => new Map([['', Buffer.from(bytes).toString()]]),
  };
  const options = { fleet, store: new AgentSql(db), decoder, facts, clock: new FakeClock(), log: silentLog };
  const contents = new EffectiveContents({ ...options, maxBytes: 1500 });
  const report = (number: number, text: string): void => {
    const uid = uidOf(number);
    const parts = { effectiveConfig: Buffer.from(text) };
    const known = fleet.get(uid);
    const seen = { lastMessageAtMs: 0, sequenceNum: 1n, parts, hasStoredParts: false };
    const entry = known ?? fleet.add(newAgent(uid, LINK, 0), seen);
    fleet.keepParts(entry, parts);
    facts.emit({ kind: 'effective_config', record: entry.record });
  };
  const search = () =>
    contents.search(queryOf('text:'), {}, { maxHits: 1, untilMs: Number.POSITIVE_INFINITY });
  for (const number of [1, 2, 3, 4]) report(number, `text: ${'x'.repeat(300)} ${number}`);
  const first = await search();
  expect(first.agents).toEqual({ searched: 3, notReported: 0, notSearched: 1 });
  expect(first.found).toHaveLength(3);
  report(2, `text: ${'x'.repeat(300)} 1`);
  const second = await search();
  expect(second.agents).toEqual({ searched: 4, notReported: 0, notSearched: 0 });
  expect(second.found.map(({ agents }) => agents)).toEqual([2, 1, 1]);
  contents.stop();
});
