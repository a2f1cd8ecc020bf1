import { newInstanceUid } from '@drover/opamp';
import { expect, test } from 'vitest';
import { mergeDescription } from './merge-description.ts';

const instanceUid = newInstanceUid();
const sources = {
  instanceUid,
  settings: { identifyingAttributes: {}, nonIdentifyingAttributes: {} },
  host: { 'os.type': 'linux', 'host.name': 'box' },
  facts: undefined,
  reported: undefined,
};

test('before anything is known of the program there are uid and host', () => {
  const { identifying, nonIdentifying } = mergeDescription(sources);
  expect(identifying).toEqual({ 'service.instance.id': instanceUid });
  expect(nonIdentifying).toEqual({ 'os.type': 'linux', 'host.name': 'box' });
});

test("the agent's word wins over ours, the operator's over both, and nobody's over the uid", () => {
  const { identifying, nonIdentifying } = mergeDescription({
    ...sources,
    facts: { name: 'otelcol', version: '1' },
    reported: {
      identifying: { 'service.name': 'renamed', 'service.instance.id': 'other' },
      nonIdentifying: { 'host.name': 'seen-by-agent', 'os.type': 'plan9' },
    },
    settings: {
      identifyingAttributes: { 'service.instance.id': 'preset' },
      nonIdentifyingAttributes: { 'os.type': 'set' },
    },
  });
  expect(identifying).toEqual({
    'service.name': 'renamed',
    'service.version': '1',
    'service.instance.id': instanceUid,
  });
  expect(nonIdentifying).toMatchObject({ 'host.name': 'seen-by-agent', 'os.type': 'set' });
});
