// The main job in one line: control plane, supervisor, a real Collector with the walkthrough's configuration, a few
// simulated agents. Runs until Ctrl-C and leaves nothing behind.
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { findCollector } from './collector/find-collector.ts';
import { DEMO_USAGE, type DemoOptions, parseDemoOptions } from './demo/options.ts';
import type { Part } from './demo/part.ts';
import { portUser } from './demo/ports.ts';
import { startParts } from './demo/start-parts.ts';
import { stopAll } from './demo/stop.ts';
import { errorText } from './lib/outcome.ts';
import { onStopRequest } from './lib/stop-request.ts';

async function main(): Promise<number> {
  const parsed = parseDemoOptions(process.argv.slice(2));
  if (parsed.kind === 'help') {
    process.stdout.write(DEMO_USAGE);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    process.stderr.write(`${parsed.message}\n\n${DEMO_USAGE}`);
    return 2;
  }
  const { options } = parsed;
  if (!(await portsAreFree(options)) || !(await build())) return 1;
  const collector = await findCollector();
  if (collector.kind === 'missing') {
    process.stderr.write(`${collector.reason}\n`);
    return 1;
  }
  return runParts(options, collector.path);
}

async function portsAreFree(options: DemoOptions): Promise<boolean> {
  let areFree = true;
  for (const [flag, port] of [
    ['--opamp-port', options.opampPort],
    ['--http-port', options.httpPort],
    ['--metrics-port', options.metricsPort],
  ] as const) {
    const user = await portUser(port);
    if (user === undefined) continue;
    areFree = false;
    process.stderr.write(`Port ${port} is taken by ${user}: stop it, or choose another port with ${flag}.\n`);
  }
  return areFree;
}

/** Starts everything in a folder of its own, waits for Ctrl-C or the end of a part, and stops everything. */
async function runParts(options: DemoOptions, collector: string): Promise<number> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'drover-demo-')));
  const janitor = spawn(process.execPath, [join(import.meta.dirname, 'demo/janitor.ts')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  janitor.stdin.on('error', () => {});
  janitor.stdin.write(`${folder}\n`);
  const parts: Part[] = [];
  const add = (part: Part): Part => {
    parts.unshift(part);
    janitor.stdin.write(`${part.pid}\n`);
    return part;
  };
  const asked = new AbortController();
  const stopAsked = new Promise<number>((done) => {
    onStopRequest(() => {
      asked.abort();
      done(0);
    });
  });
  const firstDeath = (): Promise<number> =>
    Promise.race(
      parts.map(async (part) => {
        const how = await part.ended();
        if (!asked.signal.aborted) process.stderr.write(`${part.name} ended (${how}):\n${part.last}\n`);
        return 1;
      }),
    );
  try {
    const started = startParts(options, collector, folder, add, asked.signal);
    const failed = started.then(
      () => firstDeath(),
      (error: unknown) => {
        if (!asked.signal.aborted) process.stderr.write(`${errorText(error)}\n`);
        return 1;
      },
    );
    return await Promise.race([stopAsked, failed]);
  } finally {
    asked.abort();
    process.stdout.write('\nStopping everything …\n');
    await stopAll(
      parts.map((part) => part.pid),
      folder,
    );
    janitor.stdin.end('done\n');
    process.stdout.write('Stopped; nothing is left running.\n');
  }
}

process.exitCode = await main();
