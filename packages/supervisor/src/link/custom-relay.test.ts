import type { CustomMessageInit, CustomMessageOutcome } from '@drover/opamp/client';
import type { SendOutcome } from '@drover/opamp/server';
import { expect, test } from 'vitest';
import { CustomRelay } from './custom-relay.ts';

const message = (type: string, size = 0) => ({ capability: 'org.example', type, data: new Uint8Array(size) });

function tested() {
  const it = {
    announced: [] as (readonly string[])[],
    atAgent: [] as string[],
    atServer: [] as string[],
    dropped: [] as string[],
    agentSays: 'queued' as SendOutcome,
    serverSays: 'queued' as CustomMessageOutcome,
  };
  const relay = new CustomRelay({
    agent: {
      announce: (capabilities) => it.announced.push(capabilities),
      send: ({ type }: CustomMessageInit) => {
        if (it.agentSays === 'queued') it.atAgent.push(type);
        return it.agentSays;
      },
    },
    server: ({ type }) => {
      if (it.serverSays === 'queued') it.atServer.push(type);
      return it.serverSays;
    },
    onDropped: (direction, reason) => it.dropped.push(`${direction} ${reason}`),
  });
  return Object.assign(it, { relay });
}

test('messages go both ways; what one side understands the other is told once', () => {
  const it = tested();
  it.relay.fromServer(message('down'));
  it.relay.fromAgent(message('up'));
  for (const capabilities of [['a'], ['a'], []]) it.relay.serverUnderstands(capabilities);
  expect([it.atAgent, it.atServer, it.announced, it.dropped]).toEqual([['down'], ['up'], [['a'], []], []]);
});

test('what comes for an agent that is being restarted waits, and keeps its order', () => {
  const it = tested();
  it.agentSays = 'not_connected';
  it.relay.fromServer(message('1'));
  it.relay.fromServer(message('2'));
  it.relay.agentUnderstands();
  expect(it.atAgent).toEqual([]);
  it.agentSays = 'queued';
  it.relay.fromServer(message('3'));
  it.relay.agentUnderstands();
  expect([it.atAgent, it.dropped]).toEqual([['1', '2', '3'], []]);
  it.relay.fromServer(message('4'));
  expect(it.atAgent.at(-1)).toBe('4');
});

test('the buffer has a limit in messages and in bytes; what does not fit is dropped and counted', () => {
  const it = tested();
  it.agentSays = 'not_connected';
  for (let at = 0; at < 70; at++) it.relay.fromServer(message(`${at}`));
  expect(it.dropped).toEqual(Array(6).fill('to_agent queue_full'));
  const large = tested();
  large.agentSays = 'not_connected';
  large.relay.fromServer(message('a', 600_000));
  large.relay.fromServer(message('b', 600_000));
  expect(large.dropped).toEqual(['to_agent queue_full']);
});

test('what the other side refuses is dropped and counted', () => {
  const it = tested();
  it.agentSays = 'unsupported';
  it.serverSays = 'queue_full';
  it.relay.fromServer(message('down'));
  it.relay.fromAgent(message('up'));
  expect(it.dropped).toEqual(['to_agent unsupported', 'to_server queue_full']);
});

test('an agent of a kind without custom messages takes none', () => {
  const dropped: string[] = [];
  const relay = new CustomRelay({
    agent: undefined,
    server: () => 'queued',
    onDropped: (direction, reason) => dropped.push(`${direction} ${reason}`),
  });
  relay.serverUnderstands(['a']);
  relay.fromServer(message('down'));
  expect(dropped).toEqual(['to_agent unsupported']);
});
