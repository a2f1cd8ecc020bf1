import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startConnectProxy } from './support/connect-proxy.ts';
import { type FleetServer, startFleetServer } from './support/fleet-server.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, idleWith, urlFor } from './support/supervised.ts';
import { tlsFile, tlsPath } from './support/tls-files.ts';

const ACCEPTS = {
  accepts_opamp_connection_settings: true,
  accepts_remote_config: true,
};
const SECRET = 'Bearer very-secret';
const authorization = (value: string) => ({ headers: [{ key: 'Authorization', value }] });

/** A bench whose agent runs and has told the server so. */
async function running(options: Parameters<typeof bench>[0] = {}): Promise<Bench & { supervisor: Program }> {
  const it = await bench({ capabilities: ACCEPTS, ...options });
  const supervisor = it.start();
  await it.server.until('healthy', ({ health }) => health?.healthy === true);
  return Object.assign(it, { supervisor });
}

/** Waits for the last word on an offer. */
function verdict(server: FleetServer, hash: string): Promise<string> {
  return eventually(`the verdict on ${hash}`, () =>
    server.settingsStatuses.find((status) => new RegExp(`^(APPLIED|FAILED) ${hash}\\b`).test(status)),
  );
}

const isHere = (server: FleetServer) => server.until('the agent is here', ({ isConnected }) => isConnected);
const isGone = (server: FleetServer) => server.until('the agent is gone', ({ isConnected }) => !isConnected);

describeWithCollector('connection settings that the server offers', () => {
  describe.each(['ws', 'http'] as const)('over %s', (transport) => {
    test('an endpoint alone leads there, with all that was set before; the next supervisor goes there at once', async () => {
      await using after = await startFleetServer();
      await using it = await running({ transport, serverKeys: { headers: { 'X-Own': 'own' } } });
      const pid = await it.collector();
      const destinationEndpoint = urlFor(after, transport);
      const hash = it.server.offerConnection({
        opamp: { destinationEndpoint, heartbeatIntervalSeconds: 30n },
      });
      expect(await verdict(after, hash)).toBe(`APPLIED ${hash}`);
      const { health, uid } = await after.until('told all', ({ health: told }) => told?.healthy === true);
      expect(health?.healthy).toBe(true);
      expect(after.callers.at(-1)?.headers['x-own']).toBe('own');
      await isGone(it.server);
      expect(it.server.settingsStatuses).toEqual([expect.stringMatching(/^APPLYING/)]);
      expect(await it.collector()).toBe(pid);

      const calls = it.server.callers.length;
      await it.supervisor.end('SIGKILL');
      await using next = it.start();
      await eventually('it comes back there', () => after.callers.length > 1 && isHere(after));
      await next.until('connected', ({ stderr }) => stderr.includes('connected to the server') || undefined);
      expect(after.agents.map((agent) => agent.uid)).toEqual([uid]);
      expect(it.server.callers).toHaveLength(calls);
      expect(await it.collector()).toBe(pid);
    });

    test('a token alone leads to the same server, and is kept where only its owner sees it, out of every log', async () => {
      await using it = await running({ transport });
      const hash = it.server.offerConnection({
        opamp: { headers: authorization(SECRET), heartbeatIntervalSeconds: 30n },
      });
      expect(await verdict(it.server, hash)).toBe(`APPLIED ${hash}`);
      expect(it.server.callers.at(-1)?.headers.authorization).toBe(SECRET);
      const file = join(it.storage, 'connection.json');
      expect(readFileSync(file, 'utf8')).toContain(SECRET);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await it.supervisor.end('SIGTERM');
      const calls = it.server.callers.length;
      await using next = it.start();
      await eventually(
        'it shows the token again',
        () => it.server.callers.length > calls && isHere(it.server),
      );
      expect(it.server.callers[calls]?.headers.authorization).toBe(SECRET);
      await next.end();
      expect(it.supervisor.stderr + next.stderr).not.toContain('very-secret');
    });

    test('a proxy alone leads through it to the same server', async () => {
      await using proxy = await startConnectProxy();
      await using it = await running({ transport });
      const connectHeaders = { headers: [{ key: 'X-Proxy', value: 'yes' }] };
      const hash = it.server.offerConnection({
        opamp: { proxy: { url: proxy.url, connectHeaders }, heartbeatIntervalSeconds: 1n },
      });
      expect(await verdict(it.server, hash)).toBe(`APPLIED ${hash}`);
      expect(proxy.asked[0]?.headers['x-proxy']).toBe('yes');
    });

    test('whose trial was cut short by a kill are tried again, and given up like any other', async () => {
      await using silent = await silentServer();
      await using it = await running({
        transport,
        serverKeys: { connection_settings: { trial_timeout: '3s' } },
      });
      const pid = await it.collector();
      const hash = it.server.offerConnection({
        opamp: {
          destinationEndpoint: `${transport}://127.0.0.1:${silent.port}/`,
          heartbeatIntervalSeconds: 1n,
        },
      });
      await eventually('it tries', () => silent.came() > 0);
      await it.supervisor.end('SIGKILL');
      const before = silent.came();
      it.start();
      expect(await verdict(it.server, hash)).toMatch(/^FAILED .*no answer with the offered settings/);
      expect(silent.came()).toBeGreaterThan(before);
      await isHere(it.server);
      expect(await it.collector()).toBe(pid);
    });

    test('a dead endpoint, and one that refuses the agent, are given up within 30 s; the agent never stops', async () => {
      await using refusing = await startFleetServer();
      refusing.accepts = () => false;
      await using it = await running({
        transport,
        serverKeys: { connection_settings: { trial_timeout: '2s' } },
      });
      const pid = await it.collector();
      const { uid } = await isHere(it.server);
      for (const destinationEndpoint of [
        `${transport}://127.0.0.1:1/v1/opamp`,
        urlFor(refusing, transport),
        'ftp://127.0.0.1/',
      ]) {
        const offeredAtMs = Date.now();
        const hash = it.server.offerConnection({
          opamp: { destinationEndpoint, heartbeatIntervalSeconds: 1n },
        });
        expect(await verdict(it.server, hash)).toMatch(new RegExp(`^FAILED ${hash} .+`));
        await isHere(it.server);
        expect(Date.now() - offeredAtMs).toBeLessThan(30_000);
      }
      expect(it.server.agents.map((agent) => agent.uid)).toEqual([uid]);
      expect(it.server.agents[0]?.health?.healthy).toBe(true);
      expect(await it.collector()).toBe(pid);
    });

    test('that were accepted and refuse the agent for long give way to those of the file', async () => {
      await using after = await startFleetServer();
      await using it = await running({
        transport,
        serverKeys: { connection_settings: { trial_timeout: '5s', give_up_after: '1s' } },
      });
      const destinationEndpoint = urlFor(after, transport);
      const hash = it.server.offerConnection({
        opamp: { destinationEndpoint, heartbeatIntervalSeconds: 1n },
      });
      await verdict(after, hash);
      // Else it would be offered once more, and be accepted again later.
      it.server.offerConnection({});
      after.accepts = () => false;
      await after.goAway();
      await using _same = await startFleetServer({ port: Number(new URL(after.url).port) });
      _same.accepts = () => false;
      await eventually('the first server has it back', () =>
        it.server.settingsStatuses.find((status) => status.startsWith(`FAILED ${hash}`)),
      );
      await isHere(it.server);
    });

    test('the same offer in every session is applied once, and drives nobody round', async () => {
      await using it = await running({ transport });
      const hash = it.server.offerConnection({
        opamp: { headers: authorization('Bearer t'), heartbeatIntervalSeconds: 30n },
      });
      await verdict(it.server, hash);
      const after = it.server.settingsStatuses.length;
      const callers = () => it.server.callers.filter(({ headers }) => headers.upgrade !== undefined).length;
      const before = callers();
      for (let count = 0; count < 3; count++) {
        await it.supervisor.end('SIGKILL');
        await using next = it.start();
        await next.until(
          'connected',
          ({ stderr }) => stderr.includes('connected to the server') || undefined,
        );
        await it.server.until(
          'healthy',
          ({ isConnected, health }) => isConnected && health?.healthy === true,
        );
        await next.end('SIGKILL');
      }
      expect(it.server.settingsStatuses.slice(after).every((status) => status === `APPLIED ${hash}`)).toBe(
        true,
      );
      if (transport === 'ws') expect(callers() - before).toBe(3);
    });

    test('a settings file that says something else afterwards wins', async () => {
      await using after = await startFleetServer();
      await using it = await running({ transport });
      const destinationEndpoint = urlFor(after, transport);
      const hash = it.server.offerConnection({
        opamp: { destinationEndpoint, heartbeatIntervalSeconds: 30n },
      });
      await verdict(after, hash);
      await it.supervisor.end();
      it.server.offerConnection({});
      const file = join(it.folder, 'supervisor.yaml');
      const settings = JSON.parse(readFileSync(file, 'utf8'));
      settings.server.headers = { 'X-Edited': 'yes' };
      writeFileSync(file, JSON.stringify(settings));
      const calls = after.callers.length;
      it.start();
      await eventually('the agent is back', () =>
        it.server.callers.find(({ headers }) => headers['x-edited'] === 'yes'),
      );
      await it.server.until('healthy', ({ isConnected, health }) => isConnected && health?.healthy === true);
      expect(after.callers).toHaveLength(calls);
    });
  });

  test('an interval alone changes heartbeats at once and without a new connection', async () => {
    await using it = await running();
    const hash = it.server.offerConnection({ opamp: { heartbeatIntervalSeconds: 1n } });
    expect(await verdict(it.server, hash)).toBe(`APPLIED ${hash}`);
    const before = it.server.messages();
    await eventually('three heartbeats', () => it.server.messages() >= before + 3);
    expect(it.server.callers).toHaveLength(1);
  });

  test('the protection of the link is never lowered, and an authority in an offer is used', async () => {
    const tls = { cert: tlsFile('server-cert'), key: tlsFile('server-key') };
    await using plain = await startFleetServer();
    await using rogue = await startFleetServer({ tls: { ...tls, cert: tlsFile('rogue-server-cert') } });
    await using it = await running({
      server: await startFleetServer({ tls }),
      serverKeys: {
        tls: { ca_file: tlsPath('ca-cert') },
        connection_settings: { trial_timeout: '2s' },
      },
    });
    const rogueEndpoint = { destinationEndpoint: rogue.url, heartbeatIntervalSeconds: 30n };
    for (const [opamp, reason] of [
      [{ destinationEndpoint: plain.url }, 'without TLS'],
      [{ tls: { insecureSkipVerify: true } }, 'insecure_skip_verify'],
      [{ ...rogueEndpoint, tls: { insecureSkipVerify: true } }, 'insecure_skip_verify'],
      [rogueEndpoint, 'certificate'],
      [{ ...rogueEndpoint, tls: { caPemContents: tlsFile('ca-cert') } }, 'certificate'],
    ] as const) {
      const hash = it.server.offerConnection({ opamp });
      expect(await verdict(it.server, hash)).toMatch(new RegExp(`^FAILED ${hash} .*${reason}`));
    }
    expect([plain.callers, rogue.callers]).toEqual([[], []]);
    const hash = it.server.offerConnection({
      opamp: { ...rogueEndpoint, tls: { caPemContents: tlsFile('agent-ca-cert') } },
    });
    expect(await verdict(rogue, hash)).toBe(`APPLIED ${hash}`);
    await it.server[Symbol.asyncDispose]();
  });

  test('without the capability nothing is taken', async () => {
    await using after = await startFleetServer();
    await using it = await running({ capabilities: { accepts_remote_config: true } });
    it.server.offerConnection({ opamp: { destinationEndpoint: after.url, heartbeatIntervalSeconds: 1n } });
    const config = it.server.offer(idleWith('later'));
    await it.server.until(
      'applied',
      ({ config: last }) => last?.hash === config && last.status === 'APPLIED',
    );
    expect([after.callers, it.server.settingsStatuses]).toEqual([[], []]);
  });
});

/** Takes connections and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    came: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
