import type { DriftGroup, ReassertResult } from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { confirm, contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { printForScripts, printList } from '../output/print.ts';
import { printableLine } from '../output/printable.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import type { Terminal } from '../terminal.ts';

function valuesText({ change, intended, effective }: DriftGroup): string {
  return change === 'changed'
    ? `${JSON.stringify(effective)} runs, ${JSON.stringify(intended)} intended`
    : change;
}

async function listDrift(
  terminal: Terminal,
  flags: PagingFlags & { selector?: string },
  command: Command,
): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const { selector } = flags;
  const list = await collectPages<DriftGroup>(flags, (page) =>
    api.listDrift({ ...page, ...(selector === undefined ? {} : { selector }) }),
  );
  printList(terminal, format, list, {
    noun: 'differences',
    name: ({ path }) => path,
    columns: [
      { title: 'AGENTS', text: ({ agents }) => String(agents), isNumber: true },
      { title: 'WHERE', text: ({ path }) => printableLine(path) },
      { title: 'WHAT RUNS', text: (group) => printableLine(valuesText(group)) },
    ],
  });
}

interface ReassertFlags {
  readonly selector?: string;
  readonly path?: string;
  readonly yes?: boolean;
}

async function reassertMany(terminal: Terminal, flags: ReassertFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const path = flags.path === undefined ? {} : { path: flags.path };
  const preview = await api.previewReassert({ selector: flags.selector ?? '', ...path });
  const instanceUids = preview.instanceUids;
  if (instanceUids.length === 0) {
    if (!printForScripts(terminal, format, preview))
      terminal.out(`0 agents changed${remainderText(preview)}\n`);
    return;
  }
  const restarts = `${preview.restarts} of them asked to restart`;
  await confirm(
    terminal,
    flags.yes,
    `Offer ${instanceUids.length} agents what they are to run once more, ${restarts}${remainderText(preview)}?`,
  );
  // Exactly those that were counted.
  const result = await api.reassertAgents({ instanceUids });
  if (!printForScripts(terminal, format, result))
    terminal.out(`${result.changed} agents offered once more\n`);
}

function remainderText({ cannot, changed, instanceUids }: ReassertResult): string {
  const reasons = cannot.map(({ count, reason }) => `${count} cannot: ${printableLine(reason)}`);
  const rest = changed - instanceUids.length;
  if (rest > 0) reasons.push(`${rest} more: repeat it for them`);
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

/** `drover agents drifting|reassert` */
export function addFleetDriftCommands(agents: Command, terminal: Terminal): void {
  agents
    .command('drifting')
    .description('in what agents run something else than they are meant to, the same difference once')
    .option('-l, --selector <selector>', 'only of these agents')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: PagingFlags & { selector?: string }, command: Command) =>
      listDrift(terminal, flags, command),
    );
  agents
    .command('reassert')
    .description(
      'offer what they are to run once more, and have them restart: one agent, or those that drift',
    )
    .argument('[agent]', 'uid, unique beginning of it, or display name')
    .option('-l, --selector <selector>', 'those of these agents that drift; "" for all')
    .option('--path <path>', 'those that drift here, such as exporters::otlp::endpoint')
    .option('-y, --yes', 'do not ask')
    .action(async (name: string | undefined, flags: ReassertFlags, command: Command) => {
      const isForMany = flags.selector !== undefined || flags.path !== undefined;
      if ((name === undefined) !== isForMany) {
        throw usageError('Give either one agent, or those that drift by --selector or --path.');
      }
      if (name === undefined) {
        await reassertMany(terminal, flags, command);
        return;
      }
      const { api } = contextOf(terminal, command);
      const uid = await resolveAgent(api, name);
      await api.reassertAgent(uid);
      terminal.out(`${uid}: offered once more\n`);
    });
}
