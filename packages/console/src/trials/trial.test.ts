import type { ConfigTrial, ConfigTrialAgents, Finding } from '@drover/api';
import { expect, test } from 'vitest';
import { type Checker, checkersOf, programFindings, verdictText } from './trial.ts';

const AGENT: ConfigTrialAgents['items'][number] = {
  instanceUid: '01900000-0000-7000-8000-00000000abcd',
  displayName: 'edge',
  program: 'otelcol 0.149.0',
  hostName: 'node-1',
  transport: 'http',
  isHealthy: true,
  runsConfig: true,
};
const TRIAL: ConfigTrial = {
  kind: 'agent',
  instanceUid: AGENT.instanceUid,
  program: AGENT.program,
  verdict: 'valid',
  reason: '',
  stack: [{ name: 'edge', revision: null }],
};

test("whom one can ask is the server's own Collector, then agents that can be told apart", () => {
  const checkers = checkersOf({ local: { program: 'otelcol 1.0' }, items: [AGENT] });
  expect(checkers.map(({ word }) => word)).toEqual([
    'otelcol 1.0 on the server',
    'edge …abcd on node-1: otelcol 0.149.0, runs this configuration',
  ]);
  expect(checkers.map(({ isSlow }) => isSlow)).toEqual([false, true]);
  expect(checkersOf({ local: null, items: [] })).toEqual([]);
});

test('findings of a program belong to the text that it was asked about, and to no other', () => {
  const finding = (source: Finding['source']): Finding => ({
    severity: 'error',
    path: '',
    line: 1,
    column: 1,
    message: source,
    source,
  });
  const checker = checkersOf({ local: null, items: [AGENT] })[0] as Checker;
  const problems = [finding('structure'), finding('collector'), finding('supervisor')];
  const state = {
    kind: 'answered',
    checker,
    body: 'a',
    result: { valid: false, problems, trial: TRIAL },
  } as const;
  expect(programFindings(state, 'a').map(({ message }) => message)).toEqual(['collector', 'supervisor']);
  expect(programFindings(state, 'b')).toEqual([]);
  expect(programFindings({ kind: 'none' }, 'a')).toEqual([]);
});

test('a verdict says who gave it, on which layer, and that nobody was asked where that is so', () => {
  const words = (more: Partial<ConfigTrial>) => verdictText({ ...TRIAL, ...more }, 2);
  expect(words({})).toEqual({ tone: 'well', text: 'otelcol 0.149.0 would run it.' });
  const stack = [
    { name: 'base', revision: 1 },
    { name: 'edge', revision: null },
  ];
  expect(words({ verdict: 'invalid', stack })).toEqual({
    tone: 'broken',
    text: 'otelcol 0.149.0 would not run it, as layer 2 of 2: 2 findings below.',
  });
  expect(words({ verdict: 'refused', reason: 'the policy forbids it' }).text).toContain(
    'the policy forbids it',
  );
  expect(words({ verdict: 'not_asked', reason: 'the text cannot be read' })).toEqual({
    tone: 'look',
    text: 'Not checked: the text cannot be read.',
  });
});
