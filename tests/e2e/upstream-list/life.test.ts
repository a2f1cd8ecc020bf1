import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { eventually, ROOT } from '../support/process.ts';
import { describeWithCollector } from '../support/requirements.ts';
import { bench, idleWith, processRecord } from '../support/supervised.ts';
import { MODES } from './modes.ts';

/** Upstream holds its own at 24 MiB, stripped. Ours is this file and the Node.js of the host. */
const LARGEST_PROGRAM_BYTES = 2 * 1_024 * 1_024;

describeWithCollector('the life of a supervisor', () => {
  test.each(MODES)(
    'a restart command ends one process, and another is healthy (%s)',
    async (_mode, agent) => {
      await using it = await bench({ agent });
      it.start();
      it.server.offer(idleWith('kept'));
      await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
      const before = await it.collector();
      const healths = it.server.healths.length;
      it.server.restartAgent();
      const after = await eventually('another process runs', async () => {
        const pids = await it.collectors();
        return pids.length === 1 && pids[0] !== before ? pids[0] : undefined;
      });
      await eventually('it is healthy by a report of its own', () =>
        it.server.healths
          .slice(healths)
          .some(({ healthy, componentHealthMap }) => healthy && 'pipeline:traces' in componentHealthMap),
      );
      expect(await it.collector()).toBe(after);
      expect(readFileSync(join(it.storage, 'effective.yaml'), 'utf8')).toContain('nop/kept');
    },
  );

  test.each(MODES)('what was received last is run by a second supervisor (%s)', async (_mode, agent) => {
    await using it = await bench({ agent });
    const first = it.start();
    const hash = it.server.offer(idleWith('received'));
    await it.server.until('applied', ({ config }) => config?.status === 'APPLIED');
    await first.end('SIGTERM');
    expect(await it.collectors()).toEqual([]);
    it.start();
    const agentNow = await it.server.until(
      'it runs again',
      ({ isConnected, health, effectiveConfig }) =>
        isConnected && health?.healthy === true && effectiveConfig.includes('nop/received'),
    );
    expect(agentNow.config).toMatchObject({ hash, status: 'APPLIED' });
    // It is no new apply: the second one says what the first one said.
    expect(it.server.statuses.filter((status) => status === `APPLYING ${hash}`)).toHaveLength(1);
  });

  test('the instance uid stays', async () => {
    await using it = await bench();
    const first = it.start();
    const { uid } = await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await first.end('SIGTERM');
    it.start();
    await it.server.until(
      'healthy again',
      ({ isConnected, health }) => isConnected && health?.healthy === true,
    );
    expect(it.server.agents.map((agent) => agent.uid)).toEqual([uid]);
  });

  test("the Collector's output and configuration are in the storage folder, for nobody else to read", async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    expect(readdirSync(it.storage)).toEqual(expect.arrayContaining(['agent.log', 'effective.yaml']));
    expect(readFileSync(join(it.storage, 'agent.log'), 'utf8')).toContain('Everything is ready');
    for (const file of ['agent.log', 'effective.yaml'])
      expect(statSync(join(it.storage, file)).mode & 0o077).toBe(0);
    expect(statSync(it.storage).mode & 0o077).toBe(0);
  });

  test('the Collector finds its supervisor on the port that the settings name', async () => {
    const port = await freePort();
    await using it = await bench({ agent: { opamp_server_port: port } });
    it.start();
    await it.server.until(
      'healthy by its own report',
      ({ health }) => health?.healthy === true && 'pipeline:traces' in health.componentHealthMap,
    );
    expect(processRecord(it.storage)?.localPort).toBe(port);
  });

  test.each(['with its server', 'without one'])('it says that it works, %s', async (which) => {
    const port = await freePort();
    await using it = await bench({ settings: { healthcheck: { endpoint: `127.0.0.1:${port}` } } });
    if (which === 'without one') await it.server.goAway();
    const supervisor = it.start();
    await supervisor.until('started', ({ stderr }) => stderr.includes('agent is healthy') || undefined);
    if (which === 'without one') {
      await supervisor.until(
        'it missed the server',
        ({ stderr }) => stderr.includes('the server cannot be reached') || undefined,
      );
    }
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    expect(answer.status).toBe(200);
  });

  test('the program stays small', () => {
    const { size } = statSync(join(ROOT, 'packages/supervisor/dist/drover-supervisor.cjs'));
    expect(size).toBeLessThan(LARGEST_PROGRAM_BYTES);
  });
});
