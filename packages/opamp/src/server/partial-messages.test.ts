import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { FakeWebSocketAgent } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { listenForAgents } from './listen.ts';
import { createOpampServer } from './opamp-server.ts';

const KIB = 1024;

/** The head of a masked frame of `length` bytes, of which fewer will be sent. */
function head(length: number, opcode = 0x82): Buffer {
  const bytes = Buffer.alloc(14);
  bytes[0] = opcode;
  bytes[1] = 0xff;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

function rawSocket(agent: FakeWebSocketAgent): { write(bytes: Uint8Array): void } {
  return (agent.webSocket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket;
}

describe('messages that never become complete', () => {
  test.each([
    ['in one frame', (part: Buffer) => [head(1000 * KIB), part]],
    ['in fragments', (part: Buffer) => [head(part.length, 0x02), part, head(1000 * KIB, 0), part]],
  ])('are held within the byte budget, %s', async (_how, pieces) => {
    await using server = await startTestServer({ maxBytesInFlight: 300 * KIB });
    const agents = await Promise.all(
      Array.from({ length: 8 }, () => FakeWebSocketAgent.connect(server.url('websocket'))),
    );
    const cut = Promise.race(agents.map(({ closed }) => closed));
    for (const agent of agents)
      for (const piece of pieces(Buffer.alloc(60 * KIB))) rawSocket(agent).write(piece);
    await cut;
    await server.events.takeWhere(({ code }) => code === 'too_many_bytes_in_flight');
    for (const agent of agents) await agent[Symbol.asyncDispose]();
    // What they held is free again: a whole message of the budget's size passes.
    await using last = await FakeWebSocketAgent.connect(server.url('websocket'));
    await expect.poll(() => server.opamp.counters.connections.websocket).toBe(1);
    const message = Buffer.concat([
      Buffer.from('9a06', 'hex'),
      Buffer.from([0x80 | 0x00, 0x80 | 0x70, 0x0f]),
      Buffer.alloc(0x3f800),
    ]);
    last.sendFrame(Buffer.concat([Buffer.from([0]), message]));
    expect((await last.pushed()).errorResponse?.errorMessage).toContain('bad_instance_uid');
  });
});

test('a listener of our own refuses floods of headers', async () => {
  const opamp = createOpampServer({ capabilities: 1n, host: {} });
  const listener = await listenForAgents(opamp, { port: 0 });
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
  socket.write('POST /v1/opamp HTTP/1.1\r\nHost: x\r\n');
  for (let at = 0; at < 20; at++) socket.write(`X-${at}: ${'x'.repeat(1000)}\r\n`);
  expect(await answer).toMatch(/^HTTP\/1.1 431 /);
  socket.destroy();
  await listener.close(0);
});

test('a listener whose address is taken rejects', async () => {
  const host = {};
  const first = await listenForAgents(createOpampServer({ capabilities: 1n, host }), { port: 0 });
  const second = listenForAgents(createOpampServer({ capabilities: 1n, host }), { port: first.port });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close(0);
});
