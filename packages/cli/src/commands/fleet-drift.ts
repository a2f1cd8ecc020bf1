import {
  type DriftGroup,
  type Page,
  printableLine,
  RESTARTS_PER_SECOND_DEFAULT,
  type ReassertResult,
  type ReassertRun,
} from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { confirm, contextOf } from '../context.ts';
import { usageError } from '../failure.ts';
import { printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount, parseRate } from '../paging.ts';
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
  readonly perSecond?: number;
  readonly yes?: boolean;
}

async function reassertMany(terminal: Terminal, flags: ReassertFlags, command: Command): Promise<void> {
  const { api, format } = contextOf(terminal, command);
  const selection = {
    selector: flags.selector ?? '',
    ...(flags.path === undefined ? {} : { path: flags.path }),
    ...(flags.perSecond === undefined ? {} : { perSecond: flags.perSecond }),
  };
  const preview = await api.previewReassert(selection);
  const { changed } = preview;
  if (changed === 0) {
    if (!printForScripts(terminal, format, preview))
      terminal.out(`0 agents changed${remainderText(preview)}\n`);
    return;
  }
  const restarts = `${preview.restarts} of them asked to restart`;
  await confirm(
    terminal,
    flags.yes,
    `Offer ${changed} agents what they are to run once more within ${preview.seconds} s, ${restarts}${remainderText(preview)}?`,
  );
  const result = await api.reassertAgents({ ...selection, atMost: changed });
  if (printForScripts(terminal, format, result)) return;
  const { run } = result;
  const rest = run === null ? 0 : run.total - run.asked;
  terminal.out(
    rest <= 0
      ? `${result.changed} agents offered once more\n`
      : `${run?.asked} of ${result.changed} agents offered once more, the others within ${result.seconds} s; "drover agents stop-reassert ${run?.id}" ends it\n`,
  );
}

function printRuns(terminal: Terminal, command: Command, list: CollectedRuns): void {
  printList(terminal, contextOf(terminal, command).format, list, {
    noun: 're-assertions',
    name: ({ id }) => id,
    columns: [
      { title: 'ID', text: ({ id }) => id },
      { title: 'STATE', text: ({ state }) => state },
      { title: 'ASKED', text: ({ asked, total }) => `${asked} of ${total}` },
      { title: 'LEFT OUT', text: leftOutText },
      { title: 'A SECOND', text: ({ perSecond }) => String(perSecond), isNumber: true },
      { title: 'BY', text: ({ author }) => printableLine(author) },
    ],
  });
}

type CollectedRuns = Page<ReassertRun>;

function leftOutText({ leftOut }: ReassertRun): string {
  return leftOut.map(({ count, reason }) => `${count} ${printableLine(reason)}`).join(', ') || '-';
}

function remainderText({ cannot }: ReassertResult): string {
  const reasons = cannot.map(({ count, reason }) => `${count} cannot: ${printableLine(reason)}`);
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

/** `drover agents drifting|reassert|reasserts|stop-reassert` */
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
    .option('--per-second <agents>', `agents each second (${RESTARTS_PER_SECOND_DEFAULT})`, parseRate)
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
  agents
    .command('reasserts')
    .description('re-assertions of many agents that are under way or ended lately')
    .action(async (_flags: object, command: Command) => {
      printRuns(terminal, command, await contextOf(terminal, command).api.listReasserts());
    });
  agents
    .command('stop-reassert')
    .description('offer nobody else of such a re-assertion anything')
    .argument('<id>')
    .action(async (id: string, _flags: object, command: Command) => {
      const run = await contextOf(terminal, command).api.stopReassert(id);
      printRuns(terminal, command, { items: [run], nextCursor: null, total: 1 });
    });
}
