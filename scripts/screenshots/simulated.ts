import { startSimulator } from '../../tests/e2e/support/console-page.ts';
import type { RunningServer } from '../../tests/e2e/support/drover.ts';
import { eventually } from '../../tests/e2e/support/process.ts';

/** What is done when a stage is no longer needed, the last first. */
export type Ends = (() => Promise<unknown>)[];

const HUNDRED_THOUSAND = 100_000;
const AT_ONCE = 10_000;
const AGENTS_A_SECOND = 500;
const MANY_ARGS = ['--http', '0', '--heartbeat', '60s', '--health-interval', '30m'];

/** Agents that stay as long as the stage, known beside those that were before. */
export async function simulate(
  server: RunningServer,
  ends: Ends,
  agents: number,
  args: readonly string[],
  before = 0,
): Promise<void> {
  ends.push(await started(server, agents, args, before));
}

/** A hundred thousand. A system has links for some twenty thousand: most of them have gone, and are known. */
export async function simulateMany(server: RunningServer, ends: Ends): Promise<void> {
  const last = HUNDRED_THOUSAND - AT_ONCE;
  for (let first = 0; first <= last; first += AT_ONCE) {
    const end = await started(server, AT_ONCE, ['--first', String(first), ...MANY_ARGS], first);
    if (first < last) await end();
    else ends.push(end);
  }
}

async function started(
  server: RunningServer,
  agents: number,
  args: readonly string[],
  before: number,
): Promise<() => Promise<unknown>> {
  const ramp = `${Math.max(5, agents / AGENTS_A_SECOND)}s`;
  const fleet = startSimulator(server.opampUrl, agents, [...args, '--ramp', ramp]);
  await eventually(
    `${before + agents} agents are known`,
    async () => (await server.api.stats()).total === before + agents,
    300_000,
  );
  return () => fleet.end('SIGTERM');
}
