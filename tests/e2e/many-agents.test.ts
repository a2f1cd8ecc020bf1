import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { agentBench } from './support/agent-bench.ts';
import { eventually, Program } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { IDLE, idleWith } from './support/supervised.ts';

/** As light as a process can be, healthy as long as it runs. */
const LIGHT = { kind: 'command', executable: 'sleep', args: ['1000000'] };

interface StatusOfAgent {
  readonly name: string;
  readonly state: string;
  readonly restarts: number;
  readonly crashes: number;
  readonly pid: number | null;
}

/** What `drover-supervisor status` says of each agent. */
async function statusIn(folder: string): Promise<readonly StatusOfAgent[]> {
  const asked = new Program('drover-supervisor status', 'packages/supervisor/bin/drover-supervisor.js', {
    args: ['status', '-o', 'json'],
    cwd: folder,
  });
  await eventually('the status is there', () => asked.hasExited);
  return (JSON.parse(asked.stdout) as { agents: readonly StatusOfAgent[] }).agents;
}

function residentMiB(pid: number): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return (Number(pages) * 4_096) / 1_048_576;
}

describeWithCollector('many agents of one supervisor', () => {
  test('of twenty agents one in a crash loop is nothing to the other nineteen', async () => {
    const collectors = ['collector-1', 'collector-2', 'collector-3'];
    const light = Array.from({ length: 16 }, (_, index) => `light-${index + 1}`);
    const names = [...collectors, ...light];
    await using it = await agentBench({
      agents: {
        ...Object.fromEntries(collectors.map((name) => [name, { executable: COLLECTOR }])),
        ...Object.fromEntries(light.map((name) => [name, LIGHT])),
        looping: { ...LIGHT, executable: 'false' },
      },
      files: Object.fromEntries(collectors.map((name) => [`${name}.yaml`, IDLE])),
    });
    it.start();
    await eventually('all but one are healthy', () => {
      const healthy = it.server.agents.filter(({ health }) => health?.healthy === true);
      return healthy.length === names.length;
    });
    expect(new Set(it.server.agents.map(({ uid }) => uid)).size).toBe(20);
    const before = Object.fromEntries(names.map((name) => [name, it.pids(name)]));
    await it.server.until(
      'one is in a crash loop',
      ({ health }) => health?.status.startsWith('crash loop') === true,
    );
    const hash = it.server.offer(idleWith('together'));
    await eventually('the Collectors run what is offered', () => {
      const applied = it.server.agents.filter(
        ({ config }) => config?.hash === hash && config.status === 'APPLIED',
      );
      return applied.length >= collectors.length;
    });
    const status = await statusIn(it.folder);
    const others = status.filter(({ name }) => name !== 'looping');
    expect(others.map(({ name, restarts, crashes }) => [name, restarts, crashes])).toEqual(
      names.map((name) => [name, 0, 0]),
    );
    expect(Object.fromEntries(names.map((name) => [name, it.pids(name)]))).toEqual(before);
    expect(status.find(({ name }) => name === 'looping')).toMatchObject({ state: 'crash_loop' });
    expect(status.find(({ name }) => name === 'looping')?.crashes).toBeGreaterThanOrEqual(3);
  });

  test('an agent that cannot be supervised yet holds up no other, and is taken up when it can', async () => {
    await using it = await agentBench({ agents: { blocked: LIGHT, free: LIGHT } });
    await mkdir(join(it.folder, 'storage'));
    // A file in the place of its folder.
    writeFileSync(it.storageOf('blocked'), '');
    const supervisor = it.start();
    await it.server.until('the other one is healthy', ({ health }) => health?.healthy === true);
    expect(it.pids('blocked')).toEqual([]);
    expect(supervisor.stderr).toContain('the agent cannot be supervised yet');
    const [pid] = it.pids('free');
    rmSync(it.storageOf('blocked'));
    await eventually(
      'both are healthy',
      () => it.server.agents.filter(({ health }) => health?.healthy).length === 2,
    );
    expect(it.pids('free')).toEqual([pid]);
  });

  test('where none can be supervised, it is the supervisor that gives up, and says why', async () => {
    await using it = await agentBench({ agents: { one: LIGHT } });
    await mkdir(join(it.folder, 'storage'));
    writeFileSync(it.storageOf('one'), '');
    const supervisor = it.start();
    await eventually('it ended', () => supervisor.hasExited);
    expect(await supervisor.end()).toBe(1);
    expect(supervisor.stderr).toContain(it.storageOf('one'));
  });

  test('what a killed supervisor left of an agent that the settings name no more is ended', async () => {
    await using it = await agentBench({ agents: { kept: LIGHT, dropped: LIGHT } });
    const first = it.start();
    await eventually('both run', () => it.pids('kept').length === 1 && it.pids('dropped').length === 1);
    const [pid] = it.pids('kept');
    await first.end('SIGKILL');
    const file = join(it.folder, 'supervisor.yaml');
    const settings = JSON.parse(readFileSync(file, 'utf8')) as { agents: Record<string, unknown> };
    writeFileSync(file, JSON.stringify({ ...settings, agents: { kept: settings.agents.kept } }));
    const second = it.start();
    await second.until(
      'the other one is adopted',
      ({ stderr }) => stderr.includes('running agent adopted') || undefined,
    );
    expect(second.stderr).toContain('an agent that the settings do not name is ended');
    expect([it.pids('kept'), it.pids('dropped')]).toEqual([[pid], []]);
  });

  test('each further agent takes little memory; the figure is printed', async () => {
    const measured: number[] = [];
    for (const count of [1, 21]) {
      await using it = await agentBench({
        agents: Object.fromEntries(Array.from({ length: count }, (_, index) => [`light-${index}`, LIGHT])),
      });
      const supervisor = it.start();
      await eventually(
        `${count} run`,
        () => it.server.agents.filter(({ health }) => health?.healthy).length === count,
      );
      const resident = () => residentMiB(supervisor.child.pid ?? 0);
      let least = resident();
      for (let look = 0; look < 20; look++) {
        await delay(250);
        least = Math.min(least, resident());
      }
      measured.push(least);
    }
    const [one = 0, many = 0] = measured;
    console.log(
      `supervisor: ${one.toFixed(1)} MiB resident with 1 agent, ${many.toFixed(1)} MiB with 21: ${((many - one) / 20).toFixed(2)} MiB for each further one`,
    );
    expect(measured).toHaveLength(2);
  });
});
