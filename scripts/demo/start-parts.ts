import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitForFleet } from './fleet.ts';
import type { DemoOptions } from './options.ts';
import { type LogLine, Part } from './part.ts';
import { writeWalkthroughFiles } from './walkthrough-files.ts';

const WARNING = 40;

/**
 * Starts control plane, supervisor and simulator in the folder, hands each to `add`, waits for the fleet and prints
 * the console's link. Rejects when a part ends before it is up.
 */
export async function startParts(
  options: DemoOptions,
  collector: string,
  folder: string,
  add: (part: Part) => Part,
  signal: AbortSignal,
): Promise<void> {
  const dataDir = join(folder, 'data');
  const isLoud = ({ level }: LogLine): boolean => level >= WARNING;
  const listen = [
    '--opamp-listen',
    `127.0.0.1:${options.opampPort}`,
    '--http-listen',
    `127.0.0.1:${options.httpPort}`,
  ];
  const args = ['--data-dir', dataDir, ...listen];
  process.stdout.write('Starting the control plane, a supervisor with a Collector, and simulated agents …\n');
  const server = add(new Part('server', 'packages/server/bin/drover-server.js', { args, isShown: isLoud }));
  const [http, link] = await Promise.all([server.match(/"http":"([^"]+)"/), server.match(/Console: (\S+)/)]);

  const host = join(folder, 'host');
  mkdirSync(host);
  writeWalkthroughFiles(host, options);
  const env = { OTEL_COLLECTOR_BINARY: collector };
  add(
    new Part('supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
      cwd: host,
      env,
      isShown: () => true,
    }),
  );
  if (options.agents > 0) {
    const fleet = [
      '--agents',
      String(options.agents),
      '--url',
      `ws://127.0.0.1:${options.opampPort}/v1/opamp`,
    ];
    add(new Part('simulator', 'packages/simulator/bin/drover-sim.js', { args: fleet, isShown: isLoud }));
  }
  const isUp = await waitForFleet(http, dataDir, options.agents + 1, signal);
  if (signal.aborted) return;
  const lines = [
    isUp ? 'Drover is up.' : 'Drover runs, but not all agents are connected and healthy yet.',
    '',
    `  Console    ${link}`,
    `  Collector  managed by the supervisor; its own metrics: http://localhost:${options.metricsPort}/metrics`,
    `  Files      ${folder}`,
    '',
    'Ctrl-C stops everything.',
  ];
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}
