import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, exactPath, globPattern, overlaps } from './path-pattern.ts';

const holds = (glob: string, path: string) => covers(globPattern(glob), exactPath(path));

test('a star stays in its folder, two stars do not, and a folder with two stars holds itself', () => {
  expect(holds('/var/log/*.log', '/var/log/a.log')).toBe(true);
  expect(holds('/var/log/*.log', '/var/log/deep/a.log')).toBe(false);
  expect(holds('/var/log/**', '/var/log/deep/a.log')).toBe(true);
  expect(holds('/var/log/**', '/var/log')).toBe(true);
  expect(holds('/var/log/**', '/var/logs')).toBe(false);
  expect(holds('/var/**/app.log', '/var/app.log')).toBe(true);
  expect(holds('/var/**/app.log', '/var/a/b/app.log')).toBe(true);
  expect(holds('/var/**/app.log', '/var/a/bapp.log')).toBe(false);
  expect(holds('/data/?/x', '/data/1/x')).toBe(true);
  expect(holds('/data/?/x', '/data///x')).toBe(false);
  expect(holds('**', '/anything/at/all')).toBe(true);
});

test("a configuration's glob is covered only where all that it can mean is", () => {
  const covered = (pattern: string, glob: string) => covers(globPattern(pattern), globPattern(glob));
  expect(covered('/var/log/**', '/var/log/*/*.log')).toBe(true);
  expect(covered('/var/log/**', '/var/log/**/x')).toBe(true);
  expect(covered('/var/log/*', '/var/log/**')).toBe(false);
  expect(covered('/var/log/**', '/var/*/syslog')).toBe(false);
  expect(covered('/var/log/**', '/**')).toBe(false);
  expect(covered('/var/log/*.log', '/var/log/[ab].log')).toBe(true);
  expect(covered('/var/log/*.log', '/var/log/[ab].txt')).toBe(false);
});

test("a configuration's glob meets a forbidden path where anything that it can mean does", () => {
  const meets = (pattern: string, glob: string) => overlaps(globPattern(pattern), globPattern(glob));
  expect(meets('/etc/shadow', '/etc/*')).toBe(true);
  expect(meets('/etc/shadow', '/**')).toBe(true);
  expect(meets('/etc/shadow', '/e?c/sh[a-z]dow')).toBe(true);
  expect(meets('/etc/shadow', '/etc/*.conf')).toBe(false);
  expect(meets('/root/**', '/*/.ssh/id_*')).toBe(true);
  expect(meets('/root/**', '/var/**')).toBe(false);
});

test('what is too tangled to compare is neither covered nor free of overlap', () => {
  const tangled = globPattern(`/${'*a'.repeat(300)}/${'*b*'.repeat(300)}`);
  const pattern = globPattern(`/${'*a?*'.repeat(200)}/**`);
  expect(covers(pattern, tangled)).toBe(false);
  expect(overlaps(globPattern('/x/**'), tangled)).toBe(false);
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 3 });
const path = fc.array(name, { maxLength: 4 }).map((steps) => `/${steps.join('/')}`);
const glob = fc
  .array(
    fc.oneof(
      fc.constant('**'),
      fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), minLength: 1, maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((steps) => `/${steps.join('/')}`);

test('covering and overlapping agree with what each pattern holds', () => {
  fc.assert(
    fc.property(glob, glob, path, (pattern, other, text) => {
      const inOther = holds(other, text);
      const inPattern = holds(pattern, text);
      if (inOther && covers(globPattern(pattern), globPattern(other))) expect(inPattern).toBe(true);
      if (inOther && inPattern) expect(overlaps(globPattern(pattern), globPattern(other))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
