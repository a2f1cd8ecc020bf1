import { expect, test } from 'vitest';
import { conformanceProblems } from './conformance.ts';
import { testTitles } from './test-titles.ts';

test('the titles of a file are found however they are written', () => {
  const titles = testTitles(`
    describe.each<Transport>(['websocket'])('over %s', (transport) => {
      test('plain', async () => {});
      it("isn't one", () => {});
      test.each([1, 2])('with %i', () => {});
      test(\`its end shows as \${client.goodbye}\`, () => {});
      test.skip('skipped', () => {});
      test.todo('to do');
    });
    describe.skip('not these', () => { test('inside', () => {}); });
    describe.skipIf(process.env.X)('but these', () => { test.skipIf(true)('perhaps', () => {}); });
  `);
  expect([...titles]).toEqual([
    'plain',
    "isn't one",
    'with %i',
    'its end shows as ${client.goodbye}',
    'perhaps',
  ]);
});

const titlesOf = (path: string) => (path === 'a.test.ts' ? new Set(['one', 'two']) : undefined);
const problemsOf = (page: string) =>
  conformanceProblems(page, titlesOf).map((problem) => problem.replace(/^docs\/conformance\.md:/, ''));

test('a page without its rows lacks every one of them', () => {
  const problems = problemsOf('');
  expect(problems.filter((problem) => problem.endsWith(' is missing'))).toHaveLength(313 + 24);
});

test.each([
  ['met: [a](../a.test.ts) `one`, `two`', undefined],
  ['met: [a](../a.test.ts) `three`', 'a.test.ts has no test "three"'],
  ['met: [b](../b.test.ts) `one`', 'there is no file b.test.ts'],
  ['met: everything is fine', 'is met by no test'],
  ['not applicable: [a](../a.test.ts) `none` is not there', 'a.test.ts has no test "none"'],
  ['not applicable: no', 'says nothing'],
  ['deviation: it is met partly only', 'nothing is met in part'],
])('a row with %s', (verdict, problem) => {
  const found = problemsOf(`| GEN-1 | S | must | x | ${verdict} |`).filter((text) => text.includes('GEN-1:'));
  expect(found).toEqual(problem === undefined ? [] : [`1: GEN-1: ${problem}`]);
});

test('rows that are unknown, twice, without a verdict, or not listed at the top are found', () => {
  const met = 'met: [a](../a.test.ts) `one`';
  const page = [
    `| GEN-1 | S | must | x | ${met} |`,
    `| GEN-1 | S | must | x | ${met} |`,
    `| GEN-8 | S | must | x | ${met} |`,
    '| GEN-2 | S | must | x | perhaps: one day |',
    '| GEN-3 | S | must | x | not met: something is missing |',
  ].join('\n');
  expect(problemsOf(page)).toEqual(
    expect.arrayContaining([
      '2: GEN-1 stands here twice',
      '3: there is no GEN-8',
      '4: a row ends in "met:", "not applicable:", "deviation:" or "not met:"',
      '1: listed as not met: ; in the tables: GEN-3',
    ]),
  );
});
