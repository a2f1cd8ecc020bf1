import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type AgentBench, agentBench } from './agent-bench.ts';
import { eventually, type Program } from './process.ts';

/** One kind of agent with a real program of it: what the suite needs to know of both. */
export interface AdapterSubject {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly programs?: Readonly<Record<string, string>>;
  /** Name of the file beside the settings that runs until the server offers another. */
  readonly localFile: string;
  /** A configuration that runs; `mark` is found again in the effective configuration. */
  config(mark: string): string;
  /** One with this text at a place that is known to hold secrets. */
  withSecret(secret: string): string;
  readonly broken: { readonly config: string; readonly words: string };
  /** Passes the program's own check, and makes it end where the port is taken; `words` are what it says then. */
  readonly listening: { config(port: number): string; readonly words: string };
  /** The same process takes a new configuration up. */
  readonly reloads: boolean;
  readonly description: Readonly<Record<string, unknown>>;
  readonly status: string;
  /** Components whose health is reported, for `config`. */
  readonly components: readonly string[];
  readonly reportsComponents: boolean;
}

const NAME = 'subject';

/** What every kind of agent is to its operator. One suite for all of them, each with real processes. */
export function adapterSuite(subject: AdapterSubject): void {
  const bench = (settings: Readonly<Record<string, unknown>> = {}): Promise<AgentBench> =>
    agentBench({
      agents: { [NAME]: { ...subject.settings, ...settings } },
      files: { [subject.localFile]: subject.config('local') },
      ...(subject.programs === undefined ? {} : { programs: subject.programs }),
    });
  const healthy = (it: AgentBench) =>
    it.server.until(
      'it is healthy',
      ({ isConnected, health, effectiveConfig }) =>
        isConnected && health?.healthy === true && effectiveConfig !== '',
    );
  const applied = (it: AgentBench, hash: string, mark: string) =>
    it.server.until(
      `${mark} runs`,
      ({ config, health, effectiveConfig }) =>
        config?.hash === hash &&
        config.status === 'APPLIED' &&
        health?.healthy === true &&
        effectiveConfig.includes(mark),
    );

  test('it says who it is, how it is and what it runs', async () => {
    await using it = await bench();
    it.start();
    const agent = await healthy(it);
    expect(agent.description).toMatchObject({
      ...subject.description,
      'service.instance.id': agent.uid,
      'host.name': expect.any(String),
      'os.type': 'linux',
    });
    expect(agent.health?.status).toBe(subject.status);
    expect(agent.health?.startTimeUnixNano).toBeGreaterThan(0n);
    expect(Object.keys(agent.health?.componentHealthMap ?? {})).toEqual(
      expect.arrayContaining([...subject.components]),
    );
    expect(agent.effectiveConfig).toContain('local');
    expect(agent.componentsHash !== '').toBe(subject.reportsComponents);
  });

  test('what is offered is applied, and said so in order', async () => {
    await using it = await bench();
    it.start();
    await healthy(it);
    const before = await it.pid(NAME);
    const first = it.server.offer(subject.config('first'));
    await applied(it, first, 'first');
    const second = it.server.offer(subject.config('second'));
    const agent = await applied(it, second, 'second');
    expect(it.server.statuses).toEqual([
      ...[`APPLYING ${first}`, `APPLIED ${first}`],
      ...[`APPLYING ${second}`, `APPLIED ${second}`],
    ]);
    expect((await it.pid(NAME)) === before).toBe(subject.reloads);
    expect(agent.effectiveConfig).not.toContain('first');
  });

  test('a broken configuration is refused with the words of the program, and nothing is touched', async () => {
    await using it = await bench();
    it.start();
    await healthy(it);
    const pid = await it.pid(NAME);
    const hash = it.server.offer(subject.broken.config);
    const agent = await it.server.until(
      'it is refused',
      ({ config }) => config?.hash === hash && config.status === 'FAILED',
    );
    expect(agent.config?.errorMessage).toContain(subject.broken.words);
    expect(agent.health?.healthy).toBe(true);
    expect(it.pids(NAME)).toEqual([pid]);
    expect(agent.effectiveConfig).toContain('local');
  });

  test('a secret never reaches the server', async () => {
    await using it = await bench();
    it.start();
    await healthy(it);
    const secret = 'planted-secret-4711';
    const hash = it.server.offer(subject.withSecret(secret));
    await it.server.until('it runs', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
    await it.server.until('it is reported', ({ effectiveConfig }) => effectiveConfig.includes('masked'));
    expect(it.server.agents[0]?.effectiveConfig).not.toContain(secret);
  });

  test('a configuration that it dies of is rolled back, with the reason', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      await using it = await bench();
      it.start();
      await healthy(it);
      const good = it.server.offer(subject.config('good'));
      await applied(it, good, 'good');
      const bad = it.server.offer(subject.listening.config(port));
      const agent = await it.server.until(
        'what ran before runs again',
        ({ config, health, effectiveConfig }) =>
          config?.hash === bad &&
          config.status === 'FAILED' &&
          health?.healthy === true &&
          effectiveConfig.includes('good'),
      );
      expect(agent.config?.errorMessage).toContain(subject.listening.words);
      await it.pid(NAME);
    } finally {
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  test('a crash is reported, and each further one is followed by a longer wait', async () => {
    await using it = await bench({ stability_window: '10m' });
    const supervisor = it.start();
    await healthy(it);
    const killed = new Set<number>();
    for (let crash = 1; crash <= 3; crash++) {
      const pid = await eventually('a new process runs', () =>
        it.pids(NAME).find((each) => !killed.has(each)),
      );
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
      await eventually(`crash ${crash} is seen`, () => waitsOf(supervisor).length === crash);
    }
    await eventually('the reason was reported', () =>
      it.server.healths.some(
        ({ status, lastError }) => status.startsWith('crash loop') && lastError.includes('SIGKILL'),
      ),
    );
    const [first = 0, second = 0, third = 0] = waitsOf(supervisor);
    expect([first, second, third]).toEqual([first, second, third].toSorted((a, b) => a - b));
    expect(third).toBeGreaterThanOrEqual(2_000);
    await healthy(it);
  });

  test('a killed supervisor leaves it running, and the next one adopts it', async () => {
    await using it = await bench();
    const first = it.start();
    const { uid } = await healthy(it);
    const hash = it.server.offer(subject.config('kept'));
    await applied(it, hash, 'kept');
    const pid = await it.pid(NAME);
    await first.end('SIGKILL');
    const second = it.start();
    await second.until('adopted', ({ stderr }) => stderr.includes('running agent adopted') || undefined);
    await it.server.until(
      'its own word is heard again',
      ({ isConnected, health, effectiveConfig }) =>
        isConnected && health?.status === subject.status && effectiveConfig.includes('kept'),
    );
    expect(it.pids(NAME)).toEqual([pid]);
    const next = it.server.offer(subject.config('after'));
    await applied(it, next, 'after');
    expect((await it.pid(NAME)) === pid).toBe(subject.reloads);
    expect(it.server.agents.map((agent) => agent.uid)).toEqual([uid]);
  });

  test('a stopped supervisor leaves nothing', async () => {
    await using it = await bench();
    const supervisor = it.start();
    await healthy(it);
    expect(await supervisor.end('SIGTERM')).toBe(0);
    expect(it.pids(NAME)).toEqual([]);
    const agent = await it.server.until('it said goodbye', ({ isConnected }) => !isConnected);
    expect(agent.health).toMatchObject({ healthy: false, status: 'stopped with its supervisor' });
  });

  test('names of remote files that are paths lead nowhere', async () => {
    await using it = await bench();
    it.start();
    await healthy(it);
    const pid = await it.pid(NAME);
    const before = [...readdirSync(it.folder), ...readdirSync(dirname(it.folder))];
    const evil = `drover-evil-${process.pid}`;
    for (const name of [`../../../${evil}`, `/tmp/${evil}`, `..`, `.hidden`, `a/${evil}`]) {
      const hash = it.server.offerFiles({
        main: subject.config('hostile'),
        [name]: subject.config('hostile'),
      });
      await it.server.until(
        'it has an answer',
        ({ config }) => config?.hash === hash && ['APPLIED', 'FAILED'].includes(config.status),
      );
      for (const folder of [
        '/tmp',
        it.folder,
        join(it.folder, '..'),
        join(it.folder, 'storage'),
        it.storageOf(NAME),
      ])
        expect(existsSync(join(folder, evil))).toBe(false);
    }
    const after = [...readdirSync(it.folder), ...readdirSync(dirname(it.folder))];
    expect(after.filter((name) => !before.includes(name) && name.includes('evil'))).toEqual([]);
    expect((await it.pid(NAME)) === pid || !subject.reloads).toBe(true);
  });
}

/** How long the supervisor waited after each crash, out of its log. */
function waitsOf(supervisor: Program): readonly number[] {
  return supervisor.stderr
    .split('\n')
    .filter((line) => line.includes('"retryInMs"') && line.includes('"failures"'))
    .map((line) => (JSON.parse(line) as { retryInMs: number }).retryInMs);
}
