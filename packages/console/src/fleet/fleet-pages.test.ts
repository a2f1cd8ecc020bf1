import type { AgentSummary, Page } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { type FleetPages, isReleased, patchRows, releaseFar } from './fleet-pages.ts';

const ROWS = 10;

function agent(number: number): AgentSummary {
  return {
    instanceUid: `uid-${number}`,
    displayName: `agent ${number}`,
    labels: { env: 'prod' },
    type: 'otelcol',
    version: '1',
    hostName: 'host',
    osType: 'linux',
    connection: {
      state: 'connected',
      transport: 'http',
      remoteAddress: '',
      since: '2026-01-01T00:00:00.000Z',
      lastMessageAt: '2026-01-01T00:00:00.000Z',
    },
    enrolment: {
      state: 'approved',
      decidedBy: null,
      decidedAt: null,
      credential: 'none',
      enrolmentToken: null,
      takesCredentials: false,
    },
    health: { state: 'healthy', status: '', lastError: '' },
    remoteConfig: { configs: [], status: 'unset', syncState: 'none', drift: 'unknown', errorMessage: '' },
    capabilities: [],
  };
}

function fleet(pages: number): FleetPages {
  return {
    pageParams: Array.from({ length: pages }, (_, at) => String(at)),
    pages: Array.from(
      { length: pages },
      (_, page): Page<AgentSummary> => ({
        items: Array.from({ length: ROWS }, (_, at) => agent(page * ROWS + at)),
        nextCursor: null,
        total: pages * ROWS,
      }),
    ),
  };
}

const rowsOf = (pages: FleetPages) => pages.pages.flatMap(({ items }) => items);

describe('pages of the fleet', () => {
  test('far away are let go, with every row in its place', () => {
    const whole = fleet(40);
    const bounded = releaseFar(whole, 205);
    const held = rowsOf(bounded).map((row) => !isReleased(row));
    expect(held.filter(Boolean).length).toBe(11 * ROWS);
    expect(held.indexOf(true)).toBe(15 * ROWS);
    expect(rowsOf(bounded).map(({ instanceUid, displayName }) => [instanceUid, displayName])).toEqual(
      rowsOf(whole).map(({ instanceUid, displayName }) => [instanceUid, displayName]),
    );
    expect(bounded.pageParams).toBe(whole.pageParams);
    expect(releaseFar(bounded, 205)).toBe(bounded);
    expect(releaseFar(fleet(3), 0).pages[2]?.items.some(isReleased)).toBe(false);
  });

  test('that come near again are patched by what is read, and nothing else is touched', () => {
    const bounded = releaseFar(fleet(40), 395);
    const patched = patchRows(bounded, [agent(3), agent(4)]);
    const held = rowsOf(patched ?? bounded).flatMap((row, at) => (isReleased(row) ? [] : [at]));
    expect(held.slice(0, 2)).toEqual([3, 4]);
    expect(patched?.pages[1]).toBe(bounded.pages[1]);
    expect(isReleased(agent(3))).toBe(false);
  });
});
