import { AGENT_SORT_FIELDS, type AgentSummary } from '@drover/api';
import type { Command } from 'commander';
import { type AgentFilterFlags, filterOf, withFilters } from '../agent-filter.ts';
import { resolveAgent } from '../agent-reference.ts';
import { agentText, effectiveText, stackText } from '../agent-text.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../failure.ts';
import { ageText } from '../output/age.ts';
import { type Paint, paintState } from '../output/paint.ts';
import {
  type ListOutput,
  type ListView,
  type OutputFormat,
  printForScripts,
  printList,
} from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';
import { addAgentExportCommand } from './agent-export.ts';
import { addAgentGroupsCommand } from './agent-groups.ts';
import { addBulkCommands } from './bulk.ts';
import { addDriftCommands } from './drift.ts';
import { addEnrolmentCommands } from './enrolment.ts';
import { addFlowCommand } from './flow.ts';
import { addAgentHistoryCommand } from './history.ts';
import { addWouldRunCommand } from './would-run.ts';

interface ListFlags extends PagingFlags, AgentFilterFlags {
  readonly sort?: string;
}

function agentView(paint: Paint, nowMs: number, allApproved: boolean): ListView<AgentSummary> {
  const state = (text: string) => paintState(paint, text);
  return {
    noun: 'agents',
    name: (agent) => agent.instanceUid,
    columns: [
      { title: 'UID', text: (agent) => agent.instanceUid },
      { title: 'NAME', text: (agent) => agent.displayName },
      { title: 'TYPE', text: (agent) => agent.type, wide: true },
      { title: 'VERSION', text: (agent) => agent.version },
      { title: 'HOST', text: (agent) => agent.hostName },
      { title: 'OS', text: (agent) => agent.osType, wide: true },
      { title: 'STATE', text: (agent) => agent.connection.state, paint: state },
      { title: 'ENROLMENT', text: (agent) => agent.enrolment.state, paint: state, wide: allApproved },
      { title: 'HEALTH', text: (agent) => agent.health.state, paint: state },
      { title: 'CONFIG', text: (agent) => stackText(agent.remoteConfig.configs) || '-' },
      { title: 'SYNC', text: (agent) => agent.remoteConfig.syncState, paint: state },
      { title: 'DRIFT', text: (agent) => agent.remoteConfig.drift, paint: state, wide: true },
      { title: 'SEEN', text: (agent) => ageText(agent.connection.lastMessageAt, nowMs) },
      { title: 'LINK', text: (agent) => agent.connection.transport, wide: true },
      { title: 'CREDENTIAL', text: (agent) => agent.enrolment.credential, wide: true },
      { title: 'ADDRESS', text: (agent) => agent.connection.remoteAddress, wide: true },
      {
        title: 'LABELS',
        text: (agent) =>
          Object.entries(agent.labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(','),
        wide: true,
      },
    ],
  };
}

/** Enrolment is a column of its own where somebody is not approved. */
export function printAgents(
  terminal: Terminal,
  format: OutputFormat,
  paint: Paint,
  list: ListOutput<AgentSummary>,
): void {
  const allApproved = list.items.every(({ enrolment }) => enrolment.state === 'approved');
  printList(terminal, format, list, agentView(paint, Date.now(), allApproved));
}

async function listAgents(terminal: Terminal, flags: ListFlags, command: Command): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const filter = filterOf(flags);
  const sort = flags.sort === undefined ? {} : { sort: flags.sort };
  const list = await collectPages(flags, (page) => api.listAgents({ ...filter, ...sort, ...page }));
  printAgents(terminal, format, paint, list);
}

async function getAgent(terminal: Terminal, name: string, flags: { effective?: boolean }, command: Command) {
  const { api, format, paint } = contextOf(terminal, command);
  const agent = await api.getAgent(await resolveAgent(api, name));
  if (format === 'name') return terminal.out(`${agent.instanceUid}\n`);
  if (!flags.effective) {
    if (!printForScripts(terminal, format, agent)) terminal.out(agentText(agent, paint, Date.now()));
    return;
  }
  const text = effectiveText(agent);
  if (text === undefined) throw new CliError('This agent has not reported its effective configuration.');
  if (!printForScripts(terminal, format, agent.effectiveConfig)) terminal.out(text);
}

async function listEvents(terminal: Terminal, name: string, flags: PagingFlags, command: Command) {
  const { api, format } = contextOf(terminal, command);
  const uid = await resolveAgent(api, name);
  const list = await collectPages(flags, (page) => api.agentEvents(uid, page));
  printList(terminal, format, list, {
    noun: 'events',
    name: (event) => String(event.id),
    columns: [
      { title: 'AT', text: (event) => event.at },
      { title: 'WHAT', text: (event) => event.kind },
      { title: 'DETAIL', text: (event) => event.detail },
    ],
  });
}

/** `drover agents …` */
export function addAgentCommands(program: Command, terminal: Terminal): void {
  const agents = program
    .command('agents')
    .alias('agent')
    .description('see, label and approve the agents of the fleet');
  withFilters(agents.command('list').alias('ls').description('list agents; filters narrow one another'))
    .option('--sort <field>', `${AGENT_SORT_FIELDS.join(', ')}; "-" in front sorts downwards`)
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .addHelpText(
      'after',
      '\nExamples:\n  drover agents list\n  drover agents list -l env=prod --health unhealthy -o wide\n  drover agents list --sync failed --all -o json\n  drover agents list -l "!team" -o name',
    )
    .action((flags: ListFlags, command: Command) => listAgents(terminal, flags, command));
  addAgentExportCommand(agents, terminal);
  addAgentGroupsCommand(agents, terminal);
  agents
    .command('get')
    .description('one agent: identity, health, intended and reported configuration')
    .argument('<agent>', 'uid, unique beginning of it, or display name')
    .option('--effective', 'print only the configuration that the agent says it runs')
    .addHelpText('after', '\nExamples:\n  drover agents get 0192f0c1\n  drover agents get edge-7 --effective')
    .action((name: string, flags: { effective?: boolean }, command: Command) =>
      getAgent(terminal, name, flags, command),
    );
  agents
    .command('events')
    .description('what happened to an agent, newest first')
    .argument('<agent>', 'uid, unique beginning of it, or display name')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((name: string, flags: PagingFlags, command: Command) =>
      listEvents(terminal, name, flags, command),
    );
  addBulkCommands(agents, terminal);
  addDriftCommands(agents, terminal);
  addFlowCommand(agents, terminal);
  addWouldRunCommand(agents, terminal);
  addAgentHistoryCommand(agents, terminal);
  addEnrolmentCommands(agents, terminal);
}
