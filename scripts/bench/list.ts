import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildGoPrograms } from './go-programs.ts';
import { makeKnown } from './known-agents.ts';
import { percentile } from './percentile.ts';
import { usageOf } from './process-usage.ts';
import { say } from './say.ts';
import { droverSubject, type RunningSubject } from './subject.ts';
import { tableText } from './table.ts';

const REQUESTS = 100;
const WARM_UP = 10;

const PAGES: readonly (readonly [string, string])[] = [
  ['first page of 50', 'limit=50'],
  ['first page of 500', 'limit=500'],
  ['sorted by name, downwards', 'limit=50&sort=-name'],
  ['sorted by last message', 'limit=50&sort=-lastMessageAt'],
  [
    'selector, a third matches',
    `limit=50&selector=${encodeURIComponent('deployment.environment.name=prod')}`,
  ],
  [
    'selector, one in 20 and not',
    `limit=50&selector=${encodeURIComponent('k8s.cluster.name=cluster-7,service.version!=0.149.0')}`,
  ],
  ['search, one agent', 'limit=50&q=bench-07777'],
  ['search, most agents', 'limit=50&q=eu-west'],
  ['state', 'limit=50&state=disconnected'],
];

interface Times {
  /** Milliseconds of each request, answer read to its end. */
  readonly each: readonly number[];
  /** What the server spent on one, which says more than its time where others use the machine too. */
  readonly cpuMs: number;
}

async function timesOf(
  server: RunningSubject,
  token: string,
  pathOf: (index: number) => string,
): Promise<Times> {
  const each: number[] = [];
  let cpuUs = 0;
  for (let index = -WARM_UP; index < REQUESTS; index++) {
    if (index === 0) cpuUs = usageOf(server.pid).cpuUs;
    const startedAt = performance.now();
    const answer = await fetch(`${server.httpUrl}/api/v1${pathOf(index)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${pathOf(index)}: HTTP ${answer.status} ${text}`);
    if (index >= 0) each.push(performance.now() - startedAt);
  }
  return { each, cpuMs: (usageOf(server.pid).cpuUs - cpuUs) / REQUESTS / 1_000 };
}

async function cursorsThrough(url: string, token: string): Promise<string[]> {
  const cursors: string[] = [];
  let query = 'limit=500';
  for (;;) {
    const answer = await fetch(`${url}?${query}`, { headers: { authorization: `Bearer ${token}` } });
    const page = (await answer.json()) as { nextCursor: string | null };
    if (page.nextCursor === null) return cursors;
    cursors.push(page.nextCursor);
    query = `limit=500&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

/** Times of GET /api/v1/agents with many known agents. */
export async function benchList(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agents: { type: 'string', default: '100000' },
      'node-arg': { type: 'string', multiple: true, default: [] },
    },
  });
  const programs = await buildGoPrograms();
  if (programs.kind === 'missing') {
    say(programs.reason);
    return 1;
  }
  const agents = Number(values.agents);
  const dataDir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  const server = await droverSubject(dataDir, values['node-arg']).start();
  try {
    await makeKnown(server, programs.load, { agents });
    await sleep(5_000);
    const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
    const url = `${server.httpUrl}/api/v1/agents`;
    const rows: string[][] = [];
    const add = async (label: string, pathOf: (index: number) => string): Promise<void> => {
      const { each, cpuMs } = await timesOf(server, token, pathOf);
      rows.push([
        label,
        percentile(each, 0.5).toFixed(1),
        percentile(each, 0.95).toFixed(1),
        '50',
        cpuMs.toFixed(1),
      ]);
      say(`${label}: done`);
    };
    for (const [label, query] of PAGES) await add(label, () => `/agents?${query}`);
    const cursors = await cursorsThrough(url, token);
    const cursorOf = (index: number): string =>
      encodeURIComponent(cursors[Math.abs(index * 37) % cursors.length] ?? '');
    await add('pages all over the list', (index) => `/agents?limit=50&cursor=${cursorOf(index)}`);
    await add('GET /stats', () => '/stats');
    const rss = Math.round(usageOf(server.pid).rssKiB / 1024);
    process.stdout.write(
      `\nGET /api/v1/agents, ${agents} known agents, ${REQUESTS} requests each, ms (server ${rss} MiB resident)\n\n${tableText([['', 'p50', 'p95', 'aim p95', 'CPU'], ...rows])}\n`,
    );
    return 0;
  } finally {
    await server.end('SIGTERM').catch(() => {});
    rmSync(dataDir, { recursive: true, force: true });
  }
}
