import { describe, expect, test } from 'vitest';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { startTestServer } from '../testing/test-server.ts';

const CAPABILITY = 'org.example.echo';
const message = (type: string, capability = CAPABILITY) => ({
  capability,
  type,
  data: Uint8Array.of(0, 255),
});

describe.each<Transport>(['websocket', 'http'])('custom messages over %s', (transport) => {
  test('wait for what the server understands, and then go in order', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { customCapabilities: [CAPABILITY], maxCustomMessages: 50 });
    for (let at = 0; at < 50; at++)
      expect(tested.client.sendCustomMessage(message(String(at)))).toBe('queued');
    expect(tested.client.sendCustomMessage(message('50'))).toBe('queue_full');
    const first = await server.received.take();
    expect(first.message.customMessage).toBeUndefined();
    expect(first.message.customCapabilities?.capabilities).toEqual([CAPABILITY]);
    first.answer({ capabilities: 1n, customCapabilities: { capabilities: [CAPABILITY] } });
    for (let at = 0; at < 50; at++) {
      const { message: received, answer } = await server.received.take();
      expect(received.customMessage).toMatchObject(message(String(at)));
      answer();
    }
    expect(tested.client.sendCustomMessage(message('x', 'org.example.other'))).toBe('unsupported');
  });

  test('a server that announces nothing gets none', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    expect(tested.client.sendCustomMessage(message('early'))).toBe('queued');
    (await server.received.take()).answer({ capabilities: 1n });
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    tested.client.setDescription({ identifying: { a: 'b' } });
    const second = await server.received.take();
    second.answer();
    expect(second.message.customMessage).toBeUndefined();
    expect(tested.client.sendCustomMessage(message('late'))).toBe('unsupported');
  });

  test('one that was lost comes again; one for a capability of others is ignored and counted', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { customCapabilities: [CAPABILITY] });
    const customCapabilities = { capabilities: [CAPABILITY] };
    (await server.received.take()).answer({
      capabilities: 1n,
      customCapabilities,
      customMessage: message('in'),
    });
    await tested.events.takeWhere(({ kind }) => kind === 'onCustomMessage');
    tested.client.sendCustomMessage(message('out'));
    (await server.received.take()).fail(500);
    const again = await server.received.take();
    expect(again.message.customMessage?.type).toBe('out');
    again.answer({ flags: 1n, customMessage: message('in', 'org.example.other') });
    await server.received.take();
    expect(tested.client.ignored).toEqual({ customMessage: 1 });
  });

  test('go both ways between our client and our server', async () => {
    const received: string[] = [];
    await using server = await startTestServer({
      customCapabilities: [CAPABILITY],
      host: {
        customMessage: (session, { type }) => {
          received.push(type);
          server.opamp.sendCustomMessage(session.instanceUid, message(`re: ${type}`));
        },
      },
    });
    await using tested = startTestClient(server.url(transport), {
      customCapabilities: [CAPABILITY],
      heartbeatIntervalMs: 20,
      capabilities: ['ReportsHeartbeat'],
    });
    tested.client.sendCustomMessage(message('one'));
    tested.client.sendCustomMessage(message('two'));
    for (const type of ['re: one', 're: two']) {
      const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onCustomMessage');
      expect(args[0]).toEqual(message(type));
    }
    expect(received).toEqual(['one', 'two']);
  });
});

describe.each<Transport>(['websocket', 'http'])('a certificate request over %s', (transport) => {
  const capabilities = ['AcceptsOpAMPConnectionSettings'] as const;

  test('goes once to a server that takes it, without the key', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { capabilities });
    expect(tested.client.requestCertificate('CSR', 'KEY')).toBe(true);
    const first = await server.received.take();
    expect(first.message.connectionSettingsRequest).toBeUndefined();
    first.answer({ capabilities: 0x41n });
    const second = await server.received.take();
    expect(
      Buffer.from(second.message.connectionSettingsRequest?.opamp?.certificateRequest?.csr ?? []).toString(),
    ).toBe('CSR');
    expect(
      JSON.stringify(second.message, (_name, value) => (typeof value === 'bigint' ? '' : value)),
    ).not.toContain('KEY');
    second.answer();
    tested.client.setDescription({ identifying: { a: 'b' } });
    expect((await server.received.take()).message.connectionSettingsRequest).toBeUndefined();
  });

  test('does not go to one that does not', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { capabilities });
    (await server.received.take()).answer({ capabilities: 1n });
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    expect(tested.client.requestCertificate('CSR', 'KEY')).toBe(false);
  });
});
