import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-policy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, 'supervisor.yaml');
  writeFileSync(file, `server: {endpoint: ws://h/v1/opamp}\n${text}`);
  return readSettings(file, {});
}

test('without the key there is no policy', () => {
  const result = read('agent: {executable: /x}');
  expect(result.kind === 'settings' && result.settings.agents[0]?.policies).toEqual([]);
});

test("an agent's own policy stands beside the one for all, never instead of it", () => {
  const result = read(`
policy: {receivers: {allow: [otlp]}, files: {read: {deny: [/etc/**]}}}
agents:
  one: {executable: /x, policy: {receivers: {allow: ['*']}}}
  two: {executable: /x}
`);
  if (result.kind === 'invalid') throw new Error(result.problems.join());
  const [one, two] = result.settings.agents;
  expect(one?.policies.map(({ path }) => path)).toEqual(['policy', 'agents.one.policy']);
  expect(one?.policies[0]?.policy).toMatchObject({
    components: { receivers: { allow: ['otlp'], deny: [] }, exporters: { allow: undefined, deny: [] } },
    read: { allow: undefined, deny: ['/etc/**'] },
  });
  expect(two?.policies.map(({ path }) => path)).toEqual(['policy']);
});

test('an empty allow-list allows nothing, which is not the same as none', () => {
  const result = read('agent: {executable: /x}\npolicy: {programs: {allow: []}}');
  expect(result.kind === 'settings' && result.settings.agents[0]?.policies[0]?.policy).toMatchObject({
    programs: { allow: [], deny: [] },
    endpoints: { allow: undefined },
  });
});

test('a pattern that is not understood is an error, never one that nothing matches', () => {
  const result = read(`
agent: {executable: /x}
policy:
  receivers: {allow: [file_log/x]}
  files: {read: {allow: [var/log, '/a/[bc]']}, write: {deny: [/a/../b]}}
  endpoints: {allow: ['10.0.0.0/64', 'a b']}
  programs: {deny: ['{a,b}']}
  recievers: {}
`);
  expect(result.kind === 'invalid' && result.problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^policy\.receivers\.allow\.0: "file_log\/x" is no pattern of names/),
      expect.stringMatching(/^policy\.files\.read\.allow\.0: "var\/log" is no full path/),
      expect.stringMatching(/^policy\.files\.read\.allow\.1: .*one entry for each alternative/),
      expect.stringMatching(/^policy\.files\.write\.deny\.0: .*climbs/),
      expect.stringMatching(/^policy\.endpoints\.allow\.0: "10\.0\.0\.0\/64" is no endpoint/),
      expect.stringMatching(/^policy\.endpoints\.allow\.1: "a b" is no endpoint/),
      expect.stringMatching(/^policy\.programs\.deny\.0: /),
      'policy: unknown key recievers',
    ]),
  );
});
