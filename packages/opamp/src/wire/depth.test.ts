import { expect, test } from 'vitest';
import { AgentToServerSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { nestedHealth } from '../testing/nested-health.ts';
import { decodeMessage } from './codec.ts';

test('a tree within the depth limit is decoded', () => {
  expect(decodeMessage(AgentToServerSchema, nestedHealth(90)).kind).toBe('message');
});

test('a tree of ten thousand levels is refused without exhausting the stack', () => {
  const decoded = decodeMessage(AgentToServerSchema, nestedHealth(10_000));
  expect(decoded).toMatchObject({ kind: 'bad_message', detail: expect.stringContaining('depth') });
});
