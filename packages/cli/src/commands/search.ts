import type { SearchPage, SearchQuery } from '@drover/api';
import { type Command, Option } from 'commander';
import { contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { printForScripts } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import { foundName, searchRemarks, searchText } from '../search-text.ts';
import type { Terminal } from '../terminal.ts';
import { printAgents } from './agents.ts';

interface SearchFlags extends PagingFlags {
  readonly in: 'configs' | 'effective' | 'all';
  readonly selector?: string;
  readonly allRevisions?: boolean;
  readonly agents?: boolean;
}

const HELP = `
The query is one or several terms, all of which must be met; case says nothing:
  text, "text with spaces"      in a line
  exporter:otlp                 a component: receiver:, processor:, exporter:, connector:, extension:, component:;
                                by its type, or its id as in exporter:otlp/backend
  pipeline:metrics              a pipeline
  exports:collector.example     an exporter that a pipeline uses, with this in its address
  endpoint:0.0.0.0              an address anywhere
  key:insecure=true             a key, and what its value has
  path:exporters::*::endpoint=collector.example
                                a whole path; * is any step or any characters of one, ** any number of steps
  -processor:memory_limiter     must not be there (after -- where it comes first)
Masked values are not searched. Without --in, configurations and what agents run are searched.

Examples:
  drover search exports:collector.example
  drover search exporter:otlp --in effective --agents --all -o json
  drover search --in effective -- -processor:memory_limiter`;

async function search(terminal: Terminal, words: readonly string[], flags: SearchFlags, command: Command) {
  const { api, format, paint } = contextOf(terminal, command);
  const q = words.join(' ');
  const selector = flags.selector === undefined ? {} : { selector: flags.selector };
  if (flags.agents) {
    if (flags.in === 'configs') throw usageError('--agents are those that run it: leave --in configs out.');
    const list = await collectPages(flags, (page) => api.listAgents({ runs: q, ...selector, ...page }));
    printAgents(terminal, format, paint, list);
    return;
  }
  const revisions = flags.allRevisions ? ({ revisions: 'all' } as const) : {};
  const query: SearchQuery = { q, in: flags.in, ...revisions, ...selector };
  let first: SearchPage | undefined;
  const list = await collectPages(flags, async (page) => {
    const found = await api.search({ ...query, ...page });
    first ??= found;
    return found;
  });
  if (first === undefined) return;
  if (printForScripts(terminal, format, { ...first, ...list })) return;
  if (format === 'name') {
    for (const item of list.items) terminal.out(`${foundName(item)}\n`);
    return;
  }
  if (list.items.length === 0) terminal.err('Nothing found.\n');
  else terminal.out(searchText(list.items, paint));
  if (list.nextCursor !== null)
    terminal.err(`${list.items.length} of ${list.total} shown; --all shows all of them.\n`);
  terminal.err(searchRemarks(first));
}

/** `drover search` */
export function addSearchCommand(program: Command, terminal: Terminal): void {
  program
    .command('search')
    .description('search in configurations and in what agents run: who still exports to …?')
    .argument('<query...>', 'what to look for, see below')
    .addOption(
      new Option('--in <where>', 'configurations, what agents say that they run, or both')
        .choices(['configs', 'effective', 'all'])
        .default('all'),
    )
    .option('-l, --selector <selector>', 'only what these agents run')
    .option('--all-revisions', 'of configurations not only the newest revision')
    .option('--agents', 'list the agents that run it')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .addHelpText('after', HELP)
    .action((words: string[], flags: SearchFlags, command: Command) =>
      search(terminal, words, flags, command),
    );
}
