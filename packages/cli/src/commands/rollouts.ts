import { randomUUID } from 'node:crypto';
import {
  ROLLOUT_AGENT_STATES,
  ROLLOUT_STATES,
  type Rollout,
  type RolloutAgentState,
  type RolloutState,
} from '@drover/api';
import { type Command, Option } from 'commander';
import { type Context, confirm, contextOf } from '../context.ts';
import { ageText } from '../output/age.ts';
import { paintState } from '../output/paint.ts';
import { printForScripts, printList } from '../output/print.ts';
import { collectPages, type PagingFlags, parseCount } from '../paging.ts';
import { addStrategyOptions, type StrategyFlags, strategyOf } from '../rollout-strategy.ts';
import { parseStackItem, pinnedTarget, type StackItem, targetOf } from '../rollout-target.ts';
import { previewText, progressText, rolloutText, selectorText, targetText } from '../rollout-text.ts';
import { watchRollout } from '../rollout-watch.ts';
import type { Terminal } from '../terminal.ts';

interface CreateFlags extends StrategyFlags {
  readonly config?: StackItem[];
  readonly layer?: StackItem;
  readonly selector: string;
  readonly message?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly watch?: boolean;
}

const FAILED_SHOWN = 10;

function printRollout(context: Context, rollout: Rollout): void {
  const { terminal, format, paint } = context;
  if (printForScripts(terminal, format, rollout)) return;
  terminal.out(format === 'name' ? `${rollout.id}\n` : `${progressText(rollout, paint)}\n`);
}

async function createRollout(terminal: Terminal, flags: CreateFlags, command: Command): Promise<void> {
  const context = contextOf(terminal, command);
  const { api, format, paint } = context;
  const strategy = strategyOf(flags);
  const target = targetOf(flags);
  const preview = await api.previewRollout({ target, selector: flags.selector, strategy });
  if (flags.preview) {
    if (!printForScripts(terminal, format, preview))
      terminal.out(previewText(preview, flags.selector, paint));
    return;
  }
  if (!flags.yes) {
    terminal.err(previewText(preview, flags.selector, paint));
    await confirm(terminal, false, 'Start this rollout?');
  }
  // Pinned to what was previewed: a revision made in between is not rolled out unseen.
  const pinned = pinnedTarget(preview.target);
  const message = flags.message === undefined ? {} : { message: flags.message };
  const rollout = await api.createRollout(
    { target: pinned, selector: flags.selector, strategy, ...message },
    randomUUID(),
  );
  if (!flags.watch) return printRollout(context, rollout);
  if (format === 'table' || format === 'wide') terminal.err(`Rollout ${rollout.id} started.\n`);
  await watchRollout(context, rollout.id);
}

async function listRollouts(
  terminal: Terminal,
  flags: PagingFlags & { state?: RolloutState; config?: string },
  command: Command,
): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const nowMs = Date.now();
  const filter = {
    ...(flags.state === undefined ? {} : { state: flags.state }),
    ...(flags.config === undefined ? {} : { config: flags.config }),
  };
  const list = await collectPages(flags, (page) => api.listRollouts({ ...filter, ...page }));
  printList(terminal, format, list, {
    noun: 'rollouts',
    name: (rollout) => rollout.id,
    columns: [
      { title: 'ID', text: (rollout) => rollout.id },
      { title: 'STATE', text: (rollout) => rollout.state, paint: (text) => paintState(paint, text) },
      { title: 'CONFIG', text: (rollout) => targetText(rollout.target) },
      { title: 'SELECTOR', text: (rollout) => selectorText(rollout.selector) },
      { title: 'AGENTS', text: ({ counts }) => String(counts.matched), isNumber: true },
      { title: 'APPLIED', text: ({ counts }) => String(counts.applied), isNumber: true },
      { title: 'FAILED', text: ({ counts }) => String(counts.failed), isNumber: true },
      { title: 'PENDING', text: ({ counts }) => String(counts.pending + counts.offered), isNumber: true },
      { title: 'SKIPPED', text: ({ counts }) => String(counts.skipped), isNumber: true, wide: true },
      { title: 'AGE', text: (rollout) => ageText(rollout.createdAt, nowMs) },
      { title: 'BY', text: (rollout) => rollout.createdBy, wide: true },
    ],
  });
}

async function getRollout(terminal: Terminal, id: string, command: Command): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const rollout = await api.getRollout(id);
  if (format === 'name') return terminal.out(`${rollout.id}\n`);
  if (printForScripts(terminal, format, rollout)) return;
  const failed =
    rollout.counts.failed === 0
      ? []
      : (await api.rolloutAgents(id, { state: 'failed', limit: FAILED_SHOWN })).items;
  terminal.out(rolloutText(rollout, failed, paint));
}

async function listRolloutAgents(
  terminal: Terminal,
  id: string,
  flags: PagingFlags & { state?: RolloutAgentState },
  command: Command,
): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const filter = flags.state === undefined ? {} : { state: flags.state };
  const list = await collectPages(flags, (page) => api.rolloutAgents(id, { ...filter, ...page }));
  printList(terminal, format, list, {
    noun: 'agents',
    name: (agent) => agent.instanceUid,
    columns: [
      { title: 'UID', text: (agent) => agent.instanceUid },
      { title: 'NAME', text: (agent) => agent.displayName },
      { title: 'WAVE', text: (agent) => String(agent.wave + 1), isNumber: true },
      { title: 'STATE', text: (agent) => agent.state, paint: (text) => paintState(paint, text) },
      { title: 'ONLINE', text: (agent) => (agent.isConnected ? 'yes' : 'no') },
      { title: 'REASON', text: (agent) => agent.reason },
    ],
  });
}

const ACTS = {
  pause: 'make no further offers until it is resumed',
  resume: 'go on with a paused rollout, also past a gate that failed',
  approve: 'let the next wave go, where the rollout waits for that',
  retry: 'offer it once more to the agents that failed',
  abort: 'end it: agents without an offer keep what they have',
  rollback: 'give its agents back what they were to run before',
} as const;

function addActs(rollouts: Command, terminal: Terminal): void {
  for (const [act, description] of Object.entries(ACTS) as [keyof typeof ACTS, string][]) {
    const command = rollouts.command(act).description(description).argument('<id>');
    if (act === 'rollback') command.option('-y, --yes', 'do not ask');
    command.action(async (id: string, flags: { yes?: boolean }, self: Command) => {
      const context = contextOf(terminal, self);
      if (act === 'rollback') await confirm(terminal, flags.yes, `Roll back ${id} on all of its agents?`);
      printRollout(context, await context.api.actOnRollout(id, act));
    });
  }
}

/** `drover rollouts …` */
export function addRolloutCommands(program: Command, terminal: Terminal): void {
  const rollouts = program.command('rollouts').alias('rollout').description('bring configurations to agents');
  const create = rollouts
    .command('create')
    .description('show who would change, ask, and start')
    .option(
      '--config <name[@revision]>',
      'repeat for a stack, in order; newest revision when left out',
      (text, before: StackItem[] | undefined) => [...(before ?? []), parseStackItem(text, '--config')],
    )
    .option(
      '--layer <name[@revision]>',
      'in place of --config: exchange this one wherever it is part of a stack',
      (text) => parseStackItem(text, '--layer'),
    )
    .requiredOption('-l, --selector <selector>', 'which agents; "" is every agent')
    .option('-m, --message <text>', 'why, for those who look at it later')
    .option('--preview', 'show who would change, and stop')
    .addOption(new Option('--dry-run', 'the same as --preview').implies({ preview: true }))
    .option('-y, --yes', 'do not ask')
    .option('--watch', 'follow it to its end')
    .addHelpText(
      'after',
      '\nWith --watch the exit code is 0 only where it succeeded. Ctrl-C ends the watching, not the rollout.\n\nExamples:\n  drover rollouts create --config edge -l env=prod --preview\n  drover rollouts create --config base --config region-eu@4 -l region=eu --rate 50 --yes --watch\n  drover rollouts create --layer base@7 -l "" --wave 5% -m "new gateway" --watch\n  drover rollouts create --config edge -l env=prod --wave 2 --wave 25% --soak 5m --on-failure rollback --watch',
    )
    .action((flags: CreateFlags, command: Command) => createRollout(terminal, flags, command));
  addStrategyOptions(create);
  rollouts
    .command('list')
    .alias('ls')
    .description('list rollouts, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(ROLLOUT_STATES))
    .option('--config <name>', 'only of this configuration')
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((flags: PagingFlags & { state?: RolloutState; config?: string }, command: Command) =>
      listRollouts(terminal, flags, command),
    );
  rollouts
    .command('get')
    .description('one rollout, with the errors of agents that failed')
    .argument('<id>')
    .action((id: string, _flags: object, command: Command) => getRollout(terminal, id, command));
  rollouts
    .command('agents')
    .description('how each agent of a rollout stands')
    .argument('<id>')
    .addOption(new Option('--state <state>', 'only these').choices(ROLLOUT_AGENT_STATES))
    .option('--limit <count>', 'at most this many (50)', parseCount)
    .option('--all', 'all of them')
    .action((id: string, flags: PagingFlags & { state?: RolloutAgentState }, command: Command) =>
      listRolloutAgents(terminal, id, flags, command),
    );
  rollouts
    .command('watch')
    .description('follow a rollout to its end; exit code 0 only where it succeeded')
    .argument('<id>')
    .action((id: string, _flags: object, command: Command) => watchRollout(contextOf(terminal, command), id));
  addActs(rollouts, terminal);
}
