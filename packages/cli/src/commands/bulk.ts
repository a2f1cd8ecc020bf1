import { type BulkResult, printableLine, RESTARTS_PER_SECOND_DEFAULT, type RestartRun } from '@drover/api';
import type { Command } from 'commander';
import { type AgentFilterFlags, filterOf, withFilters } from '../agent-filter.ts';
import { editLabels, parseLabelEdits } from '../agent-labels.ts';
import { resolveAgent } from '../agent-reference.ts';
import { countedSelection, meansMany, remainderText } from '../bulk-text.ts';
import { type Context, confirm, contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { printForScripts, printList } from '../output/print.ts';
import { parseRate } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

interface ActFlags extends AgentFilterFlags {
  readonly yes?: boolean;
  readonly perSecond?: number;
}

interface Act<R extends BulkResult> {
  readonly preview: () => Promise<R>;
  /** What is asked before it, for the number of agents that would be changed. */
  readonly question: (counted: R) => string;
  readonly act: (counted: R) => Promise<R>;
  readonly done: (result: R) => string;
}

/** Counts, asks, and does it to those that were counted. */
async function actOnMany<R extends BulkResult>(
  { terminal, format }: Context,
  yes: boolean | undefined,
  { preview, question, act, done }: Act<R>,
): Promise<void> {
  const counted = await preview();
  if (counted.changed === 0) {
    if (!printForScripts(terminal, format, counted))
      terminal.out(`0 agents changed${remainderText(counted)}\n`);
    return;
  }
  await confirm(terminal, yes, `${question(counted)}${remainderText(counted)}?`);
  const result = await act(counted);
  if (!printForScripts(terminal, format, result)) terminal.out(`${done(result)}\n`);
}

/** Either one agent by name, or many by filters. */
function nameOf(name: string | undefined, flags: AgentFilterFlags): string | undefined {
  if ((name === undefined) !== meansMany(flags))
    throw usageError('Give either one agent, or those that filters such as --selector leave.');
  return name;
}

async function label(terminal: Terminal, words: readonly string[], flags: ActFlags, command: Command) {
  const context = contextOf(terminal, command);
  const { api, format } = context;
  const isForMany = meansMany(flags);
  const [name, ...rest] = words;
  const edits = parseLabelEdits(isForMany ? words : rest);
  if (Object.keys(edits.set).length + edits.remove.length === 0)
    throw usageError('Give labels: key=value sets one, key- removes one.');
  if (!isForMany) {
    const before = await api.getAgent(await resolveAgent(api, name ?? ''));
    const agent = await api.patchAgent(before.instanceUid, { labels: editLabels(before.labels, edits) });
    if (printForScripts(terminal, format, agent)) return;
    const text = Object.entries(agent.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
    terminal.out(`${agent.instanceUid}: ${text === '' ? 'no labels' : text}\n`);
    return;
  }
  const body = { selection: { filter: filterOf(flags) }, set: { ...edits.set }, remove: [...edits.remove] };
  await actOnMany(context, flags.yes, {
    preview: () => api.previewLabels(body),
    question: ({ changed }) => `Change labels of ${changed} agents`,
    act: (counted) => api.labelAgents({ ...body, ...countedSelection(body.selection, counted) }),
    done: ({ changed }) => `labels of ${changed} agents changed`,
  });
}

async function restart(terminal: Terminal, name: string | undefined, flags: ActFlags, command: Command) {
  const context = contextOf(terminal, command);
  const { api } = context;
  const one = nameOf(name, flags);
  if (one !== undefined) {
    const uid = await resolveAgent(api, one);
    await api.commandAgent(uid, { type: 'restart' });
    terminal.out(`${uid}: restart sent\n`);
    return;
  }
  const selection = { filter: filterOf(flags) };
  const perSecond = flags.perSecond ?? RESTARTS_PER_SECOND_DEFAULT;
  await actOnMany(context, flags.yes, {
    preview: () => api.previewRestart({ selection, perSecond }),
    question: ({ changed, seconds }) =>
      `Ask ${changed} agents to restart, ${perSecond} a second, the last one after ${seconds} s`,
    act: (counted) => api.restartAgents({ ...countedSelection(selection, counted), perSecond }),
    done: ({ changed, run }) => `${changed} agents are asked to restart: ${run?.id ?? ''}`,
  });
}

async function forget(terminal: Terminal, name: string | undefined, flags: ActFlags, command: Command) {
  const context = contextOf(terminal, command);
  const { api } = context;
  const one = nameOf(name, flags);
  if (one !== undefined) {
    const uid = await resolveAgent(api, one);
    await confirm(terminal, flags.yes, `Forget agent ${uid}, with its labels and its timeline?`);
    await api.forgetAgent(uid);
    terminal.out(`${uid}: forgotten\n`);
    return;
  }
  const selection = { filter: filterOf(flags) };
  await actOnMany(context, flags.yes, {
    preview: () => api.previewForget({ selection }),
    question: ({ changed, connected }) =>
      `Forget ${changed} agents with their labels and timelines, ${connected} of them connected`,
    act: (counted) => api.forgetAgents(countedSelection(selection, counted)),
    done: ({ changed }) => `${changed} agents forgotten`,
  });
}

async function listRestarts(terminal: Terminal, _flags: object, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  printList<RestartRun>(terminal, format, await api.listRestartRuns(), {
    noun: 'restarts',
    name: ({ id }) => id,
    columns: [
      { title: 'ID', text: ({ id }) => id },
      { title: 'STATE', text: ({ state }) => state },
      { title: 'ASKED', text: ({ asked }) => String(asked), isNumber: true },
      { title: 'OF', text: ({ total }) => String(total), isNumber: true },
      { title: 'PER SECOND', text: ({ perSecond }) => String(perSecond), isNumber: true },
      { title: 'BY', text: ({ author }) => printableLine(author) },
      { title: 'STARTED', text: ({ startedAt }) => startedAt },
    ],
  });
}

async function stopRestart(terminal: Terminal, id: string, _flags: object, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const run = await api.stopRestartRun(id);
  if (!printForScripts(terminal, format, run))
    terminal.out(`${run.id}: ${run.state}, ${run.asked} of ${run.total} agents asked\n`);
}

const ONE = 'uid, unique beginning of it, or display name; none with filters';

/** `drover agents label|restart|forget|restarts|stop-restart` */
export function addBulkCommands(agents: Command, terminal: Terminal): void {
  withFilters(
    agents
      .command('label')
      .description('set and remove labels of one agent, or of all that filters leave')
      .argument('<words...>', 'the agent, unless there are filters; then key=value sets, key- removes'),
  )
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  drover agents label edge-7 env=prod canary-\n  drover agents label -l host.name=web-1 team=core --yes',
    )
    .action((words: string[], flags: ActFlags, command: Command) => label(terminal, words, flags, command));
  withFilters(
    agents
      .command('restart')
      .description('ask one agent to restart, or all that filters leave, so many each second')
      .argument('[agent]', ONE),
  )
    .option('--per-second <agents>', `agents each second (${RESTARTS_PER_SECOND_DEFAULT})`, parseRate)
    .option('-y, --yes', 'do not ask')
    .action((name: string | undefined, flags: ActFlags, command: Command) =>
      restart(terminal, name, flags, command),
    );
  withFilters(
    agents
      .command('forget')
      .description('drop agents from the fleet; one that still runs comes back as new')
      .argument('[agent]', ONE),
  )
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  drover agents forget --state disconnected -l env=dev')
    .action((name: string | undefined, flags: ActFlags, command: Command) =>
      forget(terminal, name, flags, command),
    );
  agents
    .command('restarts')
    .description('restarts of many agents that are under way or ended lately')
    .action((flags: object, command: Command) => listRestarts(terminal, flags, command));
  agents
    .command('stop-restart')
    .description('ask nobody else of such a restart')
    .argument('<id>', 'of drover agents restarts')
    .action((id: string, flags: object, command: Command) => stopRestart(terminal, id, flags, command));
}
