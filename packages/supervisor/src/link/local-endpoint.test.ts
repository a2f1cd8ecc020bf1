import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type InstanceUid, newInstanceUid } from '@drover/opamp';
import { type CustomMessageInit, createOpampClient } from '@drover/opamp/client';
import { expect, test, vi } from 'vitest';
import type { AgentObserver } from '../adapters/agent-adapter.ts';
import { MARK_HEADER, openLocalEndpoint } from './local-endpoint.ts';

const message = (type: string): CustomMessageInit => ({
  capability: 'org.example',
  type,
  data: Uint8Array.of(1),
});

function observer() {
  const seen: unknown[] = [];
  const linked = Promise.withResolvers<void>();
  return {
    seen,
    linked: linked.promise,
    onHealth: () => undefined,
    onDescription: () => undefined,
    onEffectiveConfig: () => undefined,
    onLink: (isUp) => {
      if (isUp) linked.resolve();
    },
    onLinkError: (error) => seen.push(error),
    onCustomCapabilities: (capabilities) => seen.push(capabilities),
    onCustomMessage: ({ type, data }) => seen.push([type, data]),
  } satisfies AgentObserver & Record<string, unknown>;
}

/** Speaks to the endpoint as the opamp extension does. */
function extension(port: number, token: string, instanceUid: InstanceUid) {
  const heard: string[] = [];
  const understood: (readonly string[])[] = [];
  const client = createOpampClient({
    url: `ws://127.0.0.1:${port}/v1/opamp`,
    instanceUid,
    headers: { Authorization: `Bearer ${token}`, [MARK_HEADER]: 'mark' },
    description: { identifying: { 'service.name': 'otelcol' } },
    capabilities: ['ReportsStatus'],
    customCapabilities: ['org.example'],
    onCustomMessage: ({ type }) => heard.push(type),
    onMessage: ({ customCapabilities }) => {
      if (customCapabilities !== undefined) understood.push(customCapabilities.capabilities);
    },
  });
  client.start();
  return { client, heard, understood, [Symbol.asyncDispose]: () => client.stop() };
}

test('custom messages of the agent come through whatever the server understands; what it does is told, also later', async () => {
  const instanceUid = newInstanceUid();
  const seen = observer();
  const endpoint = await openLocalEndpoint({
    port: 0,
    token: 'token',
    instanceUid: () => instanceUid,
    observer: seen,
  });
  expect(endpoint.custom.send(message('early'))).toBe('not_connected');
  {
    await using agent = extension(endpoint.address.port, 'token', instanceUid);
    await seen.linked;
    await vi.waitFor(() => expect(seen.seen).toEqual([['org.example']]));
    endpoint.custom.announce(['org.example']);
    await vi.waitFor(() => expect(agent.understood.at(-1)).toEqual(['org.example']));
    expect(agent.client.sendCustomMessage(message('up'))).toBe('queued');
    expect(endpoint.custom.send(message('down'))).toBe('queued');
    expect(endpoint.custom.send({ ...message('x'), capability: 'org.other' })).toBe('unsupported');
    await vi.waitFor(() =>
      expect([seen.seen.at(-1), agent.heard]).toEqual([['up', Uint8Array.of(1)], ['down']]),
    );
    await using _stranger = extension(endpoint.address.port, 'wrong', newInstanceUid());
    endpoint.forgetProcess();
    expect(endpoint.custom.send(message('late'))).toBe('not_connected');
  }
  await endpoint.close();
});

test('who has no token gets 401, and cannot keep the agent out, however many sockets he holds open', async () => {
  const instanceUid = newInstanceUid();
  const seen = observer();
  const endpoint = await openLocalEndpoint({
    port: 0,
    token: 'token',
    instanceUid: () => instanceUid,
    observer: seen,
  });
  const { port } = endpoint.address;
  const held: Socket[] = [];
  for (let socket = 0; socket < 200; socket++) held.push(connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(held.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));

  const statuses = await Promise.all(
    ['', 'Bearer wrong', 'Bearer token2', 'Basic token'].map(async (authorization) => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/opamp`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(),
      });
      return answer.status;
    }),
  );
  expect(statuses).toEqual([401, 401, 401, 401]);

  {
    await using _agent = extension(port, 'token', instanceUid);
    await seen.linked;
    // The agent's own link stays, whoever comes after it.
    for (let socket = 0; socket < 50; socket++) held.push(connect(port, '127.0.0.1').on('error', () => {}));
    await vi.waitFor(() => expect(held.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(20));
    expect(endpoint.custom.send(message('still here'))).not.toBe('not_connected');
  }
  for (const socket of held) socket.destroy();
  await endpoint.close();
});
