import type { AgentSummary } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { editLabels, parseLabelEdits } from './agent-labels.ts';
import { matchingAgents } from './agent-reference.ts';
import { parseStackItem } from './rollout-target.ts';

const agent = (instanceUid: string, displayName: string) => ({ instanceUid, displayName }) as AgentSummary;

describe('matchingAgents', () => {
  const found = [agent('0192f0c1-a', 'edge-7'), agent('0192f0c1-b', '0192f0c1'), agent('aa', 'edge-7')];

  it('takes the beginning of a uid, in either case', () => {
    expect(matchingAgents('0192F0C1-A', found)).toEqual([found[0]]);
  });

  it('prefers an exact name to the beginning of a uid', () => {
    expect(matchingAgents('0192f0c1', found)).toEqual([found[1]]);
  });

  it('gives all that have the name', () => {
    expect(matchingAgents('edge-7', found)).toHaveLength(2);
  });
});

describe('labels', () => {
  it('are set, replaced and removed', () => {
    const edits = parseLabelEdits(['env=prod', 'team=a=b', 'canary-']);
    expect(editLabels({ env: 'dev', canary: 'yes', region: 'eu' }, edits)).toEqual({
      env: 'prod',
      team: 'a=b',
      region: 'eu',
    });
  });

  it.each([['env'], ['=prod'], ['-']])('refuse %s', (word) => {
    expect(() => parseLabelEdits([word])).toThrow('key=value');
  });

  it('cannot be set and removed at once', () => {
    expect(() => parseLabelEdits(['a=1', 'a-'])).toThrow('both set and removed');
  });
});

describe('parseStackItem', () => {
  it('reads a name with and without a revision', () => {
    expect(parseStackItem('edge', '--config')).toEqual({ name: 'edge' });
    expect(parseStackItem('edge@12', '--config')).toEqual({ name: 'edge', revision: 12 });
  });

  it.each([['Edge'], ['edge@'], ['edge@0'], ['edge@x'], ['']])('refuses "%s"', (text) => {
    expect(() => parseStackItem(text, '--layer')).toThrow('NAME@REVISION');
  });
});
