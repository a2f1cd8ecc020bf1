import type { AgentGroup } from '@drover/api';
import type { Command } from 'commander';
import { type AgentFilterFlags, filterOf, withFilters } from '../agent-filter.ts';
import { contextOf } from '../context.ts';
import { printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

interface GroupFlags extends PagingFlags, AgentFilterFlags {
  readonly by: string;
  readonly sort?: string;
}

async function listGroups(terminal: Terminal, flags: GroupFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const filter = filterOf(flags);
  const sort = flags.sort === undefined ? {} : { sort: flags.sort };
  const list = await collectPages<AgentGroup>(flags, (page) =>
    api.agentGroups({ ...filter, ...sort, ...page, by: flags.by }),
  );
  printList(terminal, format, list, {
    noun: 'groups',
    name: (group) => group.selector,
    columns: [
      { title: 'VALUE', text: ({ value }) => value ?? '(none)' },
      { title: 'AGENTS', text: ({ agents }) => String(agents), isNumber: true },
      { title: 'CONNECTED', text: ({ state }) => String(state.connected), isNumber: true },
      { title: 'STALE', text: ({ state }) => String(state.stale), isNumber: true, wide: true },
      { title: 'DISCONNECTED', text: ({ state }) => String(state.disconnected), isNumber: true },
      { title: 'UNHEALTHY', text: ({ health }) => String(health.unhealthy), isNumber: true },
      { title: 'IN SYNC', text: ({ sync }) => String(sync.in_sync), isNumber: true },
      { title: 'FAILED', text: ({ sync }) => String(sync.failed), isNumber: true },
      { title: 'SELECTOR', text: ({ selector }) => selector, wide: true },
    ],
  });
}

/** `drover agents groups` */
export function addAgentGroupsCommand(agents: Command, terminal: Terminal): void {
  withFilters(
    agents.command('groups').description('count agents by type, version, host, a label or an attribute'),
  )
    .requiredOption('--by <key>', 'type, version, host, or a key: env, label:env, attr:os.type')
    .option('--sort <field>', 'agents, value; "-" in front sorts downwards')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .addHelpText(
      'after',
      '\nExamples:\n  drover agents groups --by type\n  drover agents groups --by label:env --health unhealthy\n  drover agents groups --by version -o name',
    )
    .action((flags: GroupFlags, command: Command) => listGroups(terminal, flags, command));
}
