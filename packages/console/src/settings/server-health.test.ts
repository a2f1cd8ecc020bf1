import type { SelfHealth } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { healthRemarks, millisecondsText } from './server-health.ts';

const WELL: SelfHealth = {
  at: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:00.000Z',
  pid: 1,
  node: 'v24.0.0',
  eventLoop: { p50Ms: 0, p99Ms: 4, maxMs: 80, sinceSeconds: 20 },
  memory: { rssBytes: 1e8, heapUsedBytes: 5e7, heapLimitBytes: 4e9 },
  cpuPercent: 3,
  database: {
    kind: 'sqlite',
    isReachable: true,
    pingMs: 0.2,
    sizeBytes: 1e6,
    writes: { count: 5, p50Ms: 2, p99Ms: 9, maxMs: 9 },
  },
  links: { websocket: 3, http: 1, silent: 0, limit: null },
  agents: { known: 4, limit: 250_000 },
  eventStreams: { open: 1, limit: 200 },
  ownMetrics: { isOffered: true, selector: '', heardFrom: 0 },
};

describe('remarks on the health of a server', () => {
  test('are none where all is well', () => {
    expect(healthRemarks(WELL)).toEqual([]);
  });

  test('name what is broken before what needs a look', () => {
    const found = healthRemarks({
      ...WELL,
      database: { ...WELL.database, isReachable: false, pingMs: null, sizeBytes: null },
      links: { ...WELL.links, limit: 4 },
      eventLoop: { ...WELL.eventLoop, p99Ms: 150 },
    });
    expect(found.map(({ tone }) => tone)).toEqual(['broken', 'look', 'look']);
    expect(found[0]?.word).toBe('The database is not responding');
  });

  test('say only once that the process is late', () => {
    const found = healthRemarks({ ...WELL, eventLoop: { ...WELL.eventLoop, p99Ms: 900 } });
    expect(found.map(({ tone }) => tone)).toEqual(['broken']);
  });
});

test('milliseconds are scaled', () => {
  expect([0, 0.44, 12.6, 999.4, 1240].map(millisecondsText)).toEqual([
    '0 ms',
    '0.4 ms',
    '13 ms',
    '999 ms',
    '1.2 s',
  ]);
});
