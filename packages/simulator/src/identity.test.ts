import { describe, expect, it } from 'vitest';
import { initialConfig } from './effective-config.ts';
import { identityOf } from './identity.ts';

const fleet = (seed: string) => Array.from({ length: 400 }, (_, number) => identityOf(seed, number));

describe('identityOf', () => {
  it('makes the same fleet of the same seed', () => {
    expect(fleet('a')).toEqual(fleet('a'));
  });

  it('makes another fleet of another seed', () => {
    const uids = new Set(fleet('a').map((identity) => identity.uid));
    expect(fleet('b').some((identity) => uids.has(identity.uid))).toBe(false);
  });

  it('gives each agent its own version 7 uid', () => {
    const uids = fleet('a').map((identity) => identity.uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids)
      expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('varies kind, version, system, region and environment', () => {
    const values = (read: (index: number) => unknown) => new Set(fleet('a').map((_, index) => read(index)));
    const all = fleet('a');
    expect(values((index) => all[index]?.kind.name)).toContain('fluent-bit');
    expect(values((index) => all[index]?.kind.name)).toContain('otelcol-contrib');
    for (const key of ['os.type', 'cloud.region', 'deployment.environment.name', 'host.arch']) {
      expect(values((index) => all[index]?.description.nonIdentifying?.[key]).size).toBeGreaterThan(1);
    }
    expect(values((index) => all[index]?.version).size).toBeGreaterThan(3);
  });
});

describe('initialConfig', () => {
  it('is the same in each run and differs between agents', () => {
    const body = (number: number) =>
      Buffer.from(initialConfig(identityOf('a', number), 'a').get('')?.body ?? []).toString();
    expect(body(3)).toBe(body(3));
    expect(new Set(Array.from({ length: 50 }, (_, number) => body(number))).size).toBeGreaterThan(40);
  });

  it('is about as large as real ones', () => {
    const sizes = fleet('a')
      .filter((identity) => identity.kind.name !== 'fluent-bit')
      .map((identity) => initialConfig(identity, 'a').get('')?.body.length ?? 0)
      .sort((left, right) => left - right);
    const median = sizes[Math.floor(sizes.length / 2)] ?? 0;
    expect(median).toBeGreaterThan(2_800);
    expect(median).toBeLessThan(4_500);
  });
});
