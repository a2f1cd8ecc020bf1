import { AGENT_EXPORT_FORMATS, AGENT_SORT_FIELDS, type AgentExportQuery } from '@drover/api';
import { type Command, Option } from 'commander';
import { type AgentFilterFlags, filterOf, withFilters } from '../agent-filter.ts';
import { contextOf } from '../context.ts';
import type { Terminal } from '../terminal.ts';

interface ExportFlags extends AgentFilterFlags {
  readonly format: (typeof AGENT_EXPORT_FORMATS)[number];
  readonly columns?: string;
  readonly sort?: string;
}

async function exportAgents(terminal: Terminal, flags: ExportFlags, command: Command): Promise<void> {
  const { api } = contextOf(terminal, command);
  const query: AgentExportQuery = {
    ...filterOf(flags),
    format: flags.format,
    ...(flags.columns === undefined ? {} : { columns: flags.columns.split(',') }),
    ...(flags.sort === undefined ? {} : { sort: flags.sort }),
  };
  const { body } = await api.exportAgents(query);
  const decoder = new TextDecoder();
  for await (const bytes of body ?? []) terminal.out(decoder.decode(bytes, { stream: true }));
}

/** `drover agents export` */
export function addAgentExportCommand(agents: Command, terminal: Terminal): void {
  withFilters(agents.command('export').description('write all agents that the filters leave as CSV or JSON'))
    .addOption(new Option('--format <format>', 'what to write').choices(AGENT_EXPORT_FORMATS).default('csv'))
    .option(
      '--columns <names>',
      'such as instanceUid,displayName,health,label:env,attr:os.type; label:* for every label; all where left out',
    )
    .option('--sort <field>', `${AGENT_SORT_FIELDS.join(', ')}; "-" in front sorts downwards`)
    .addHelpText(
      'after',
      '\nExamples:\n  drover agents export > agents.csv\n  drover agents export --health unhealthy --columns displayName,hostName,lastError\n  drover agents export -l env=prod --format json > prod.json',
    )
    .action((flags: ExportFlags, command: Command) => exportAgents(terminal, flags, command));
}
