import { ACTIVITY_KINDS, type ActivityFilter, AGENT_EVENT_KINDS } from '@drover/api';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { parseDuration } from '../output/age.ts';
import { printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

interface ActivityFlags extends PagingFlags {
  readonly kind?: readonly string[];
  readonly author?: string;
  readonly subject?: string;
  readonly query?: string;
  readonly since?: string;
  readonly until?: string;
}

interface EventFlags extends PagingFlags {
  readonly kind?: readonly string[];
  readonly selector?: string;
}

/** `24h` ago, or a time as it stands. */
function timeOf(text: string | undefined, flag: string): string | undefined {
  if (text === undefined) return undefined;
  const durationMs = parseDuration(text);
  const atMs = durationMs === undefined ? Date.parse(text) : Date.now() - durationMs;
  if (Number.isNaN(atMs)) {
    throw usageError(
      `--${flag} ${text}: expected a duration such as 24h or 7d, or a time such as 2026-01-31T12:00:00Z.`,
    );
  }
  return new Date(atMs).toISOString();
}

function kindsOf<T extends string>(given: readonly string[] | undefined, known: readonly T[]) {
  if (given === undefined) return {};
  const kind = given.flatMap((each) => {
    // `rollout` stands for all that begins so.
    const found = known.filter((one) => one === each || one.startsWith(`${each}.`));
    if (found.length === 0) throw usageError(`--kind ${each}: expected one of ${known.join(', ')}.`);
    return found;
  });
  return { kind };
}

async function listActivity(terminal: Terminal, flags: ActivityFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const { author, subject, query: q } = flags;
  const given = {
    author,
    subject,
    q,
    since: timeOf(flags.since, 'since'),
    until: timeOf(flags.until, 'until'),
    ...kindsOf(flags.kind, ACTIVITY_KINDS),
  };
  const filter: ActivityFilter = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const list = await collectPages(flags, (page) => api.listActivity({ ...filter, ...page }));
  printList(terminal, format, list, {
    noun: 'entries',
    name: (entry) => String(entry.id),
    columns: [
      { title: 'AT', text: (entry) => entry.at },
      { title: 'WHO', text: (entry) => entry.author },
      { title: 'WHAT', text: (entry) => entry.kind },
      { title: 'ON', text: (entry) => `${entry.subject.kind} ${entry.subject.name}` },
      { title: 'DETAIL', text: (entry) => entry.detail.split('\n')[0] ?? '' },
      { title: 'FROM', text: (entry) => entry.address ?? '', wide: true },
    ],
  });
}

async function listEvents(terminal: Terminal, flags: EventFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const filter = {
    ...(flags.selector === undefined ? {} : { selector: flags.selector }),
    ...kindsOf(flags.kind, AGENT_EVENT_KINDS),
  };
  const { items, nextCursor } = await collectPages(flags, async (page) => ({
    ...(await api.listAgentEvents({ ...filter, ...page })),
    total: 0,
  }));
  if (printForScripts(terminal, format, { items, nextCursor })) return;
  printList(
    terminal,
    format,
    { items, nextCursor: null, total: items.length },
    {
      noun: 'events',
      name: (event) => String(event.id),
      columns: [
        { title: 'AT', text: (event) => event.at },
        { title: 'AGENT', text: (event) => event.displayName },
        { title: 'UID', text: (event) => event.instanceUid },
        { title: 'WHAT', text: (event) => event.kind },
        { title: 'DETAIL', text: (event) => event.detail.split('\n')[0] ?? '' },
      ],
    },
  );
}

/** `drover activity` and `drover events` */
export function addActivityCommands(program: Command, terminal: Terminal): void {
  program
    .command('activity')
    .description('who changed what, newest first: what operators did, and the server of its own accord')
    .option('--kind <kinds...>', 'only these, such as config.written, or all of rollout')
    .option('--author <name>', 'only what this operator did; "drover" is the server itself')
    .option('--subject <kind[:id]>', 'only on this, such as config:edge or rollout')
    .option('-q, --query <words>', 'words; each must occur in subject or detail')
    .option('--since <time>', 'from then on: 24h, or a time')
    .option('--until <time>', 'before then')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: ActivityFlags, command: Command) => listActivity(terminal, flags, command));
  program
    .command('events')
    .description('what happened to all agents, newest first')
    .option('-l, --selector <selector>', 'only to these agents')
    .option('--kind <kinds...>', 'only these, such as config_failed')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: EventFlags, command: Command) => listEvents(terminal, flags, command));
}
