import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ApiClient } from '@drover/api';
import { chromium } from 'playwright-core';
import { findChromium } from '../chromium.ts';
import { adminOf } from './api-client.ts';
import { measureFleetPage } from './console-fleet.ts';
import { measureConsole } from './console-measure.ts';
import { buildGoPrograms } from './go-programs.ts';
import { makeKnown } from './known-agents.ts';
import { LoadGenerator } from './load-generator.ts';
import { say } from './say.ts';
import { droverSubject } from './subject.ts';
import { tableText } from './table.ts';

const BODY = `receivers:
  otlp: {protocols: {grpc: {}}}
exporters:
  debug: {}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
`;
const REVISIONS = 3;
const SETTLED_LIMIT_MS = 120_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const startedAt = Date.now(); !(await isSo()); await sleep(500)) {
    if (Date.now() - startedAt > SETTLED_LIMIT_MS) throw new Error(`it did not come to this: ${what}`);
  }
}

/** Everybody is to run `bench`, in one of several revisions; those that are connected apply it and run something else. */
async function rollOut(api: ApiClient, load: LoadGenerator, connected: number): Promise<void> {
  for (let revision = 1; revision <= REVISIONS; revision += 1) {
    await api.putConfig('bench', { body: `${BODY}# ${revision}\n` });
    const { finished } = load.begin({ do: 'push', timeoutSeconds: 60 });
    const target = { kind: 'config', name: 'bench' } as const;
    await api.createRollout({ target, selector: '' });
    await finished;
  }
  await until('those that are connected drift', async () => (await api.stats()).drift.drifted >= connected);
  await api.putConfig('bench', { body: `${BODY}# next\n` });
}

/** The console's pages of configurations, rollouts, drift and search over a large fleet, in a real browser. */
export async function benchConsole(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agents: { type: 'string', default: '100000' },
      connected: { type: 'string', default: '10000' },
      // Effective configurations that differ
      contents: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
      // Rows that the fleet's table is scrolled through; left out: all
      scrolled: { type: 'string' },
      // Only the fleet's page, with agents that nothing was rolled out to
      fleet: { type: 'boolean', default: false },
      // Folder for pictures
      pictures: { type: 'string' },
    },
  });
  const [programs, found] = [await buildGoPrograms(), await findChromium()];
  if (programs.kind === 'missing' || found.kind === 'missing') {
    say(programs.kind === 'missing' ? programs.reason : 'the bench needs Chromium');
    return 1;
  }
  const [known, connected] = [Number(values.agents), Number(values.connected)];
  const contents = Number(values.contents);
  if (values.pictures !== undefined) mkdirSync(values.pictures, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  const server = await droverSubject(dataDir).start();
  const browser = await chromium.launch({
    executablePath: found.path,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    await makeKnown(server, programs.load, { agents: known - connected, first: connected, contents });
    const { api, token } = adminOf(server, dataDir);
    await using load = await LoadGenerator.start(programs.load, server.opampUrl, connected, { contents });
    await load.run({ do: 'connect', timeoutSeconds: 300 });
    if (!values.fleet) await rollOut(api, load, connected);
    say(`${known} agents known, ${connected} of them connected`);
    const rounds = Number(values.rounds);
    const fleet = await measureFleetPage({
      server,
      api,
      browser,
      token,
      rounds,
      scrolled: Number(values.scrolled ?? known),
    });
    process.stdout.write(
      `\nThe fleet's page with ${known} agents known\n\n${tableText([['', '', 'must'], ...fleet])}\n`,
    );
    if (values.fleet) return 0;
    const figures = await measureConsole({ server, api, browser, token, rounds, pictures: values.pictures });
    const rows = figures.map(({ name, contentMs, serverCpuMs, slowest, slowestMs, fault }) => [
      name,
      contentMs.toFixed(0),
      serverCpuMs.toFixed(0),
      `${slowestMs.toFixed(0)} ${slowest}`,
      fault,
    ]);
    const head = ['page', 'ms to its answer', 'server CPU ms', 'slowest request, ms', 'fault'];
    process.stdout.write(`\nThe console with ${known} agents known\n\n${tableText([head, ...rows])}\n`);
  } finally {
    await browser.close();
    await server.end('SIGTERM').catch(() => {});
    rmSync(dataDir, { recursive: true, force: true });
  }
  return 0;
}
