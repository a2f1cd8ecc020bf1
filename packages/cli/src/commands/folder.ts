import { randomUUID } from 'node:crypto';
import { printableText } from '@drover/api';
import type { Command } from 'commander';
import { formatPatch, structuredPatch } from 'diff';
import { checkFiles, findingText } from '../config-findings.ts';
import { type Context, confirm, contextOf } from '../context.ts';
import { CliError, EXIT_CHANGES } from '../failure.ts';
import { exportAll } from '../folder/export.ts';
import { type Plan, planOf } from '../folder/plan.ts';
import { type Folder, readFolder } from '../folder/read-folder.ts';
import { printForScripts } from '../output/print.ts';
import { targetOf } from '../rollout-target.ts';
import { selectorText } from '../rollout-text.ts';
import { watchRollout } from '../rollout-watch.ts';
import type { Terminal } from '../terminal.ts';

interface PlanFlags {
  readonly file: string;
  readonly diff?: boolean;
}

interface ApplyFlags extends PlanFlags {
  readonly message?: string;
  readonly yes?: boolean;
  readonly watch?: boolean;
}

const SIGNS = { unchanged: ' ', new: '+', changed: '~' } as const;

function planText(plan: Plan, withDiff: boolean): string {
  const lines: string[] = [];
  for (const step of plan.configs) {
    const about = { unchanged: 'unchanged', new: 'a new configuration', changed: 'a new revision' }[
      step.kind
    ];
    lines.push(`${SIGNS[step.kind]} config ${step.config.name}: ${about}\n`);
    if (withDiff && step.kind === 'changed' && step.before !== step.config.body)
      lines.push(
        printableText(
          formatPatch(structuredPatch('on the server', step.config.path, step.before, step.config.body)),
        ),
      );
  }
  for (const { kind, assignment, agents } of plan.assignments) {
    const stack = assignment.configs
      .map(({ name, revision }) => (revision === undefined ? name : `${name}@${revision}`))
      .join(' + ');
    const about =
      kind === 'unchanged' ? 'unchanged' : `a rollout to ${agents} agent${agents === 1 ? '' : 's'}`;
    const verb = assignment.replaces === 'layer' ? 'have in its place' : 'run';
    lines.push(`${SIGNS[kind]} ${selectorText(assignment.selector)} ${verb} ${stack}: ${about}\n`);
  }
  return lines.join('');
}

async function planned(context: Context, path: string): Promise<{ folder: Folder; plan: Plan }> {
  const { api, terminal, paint } = context;
  const folder = await readFolder(path, terminal);
  const layers = new Set(
    folder.assignments.flatMap(({ configs, replaces }) =>
      configs.length > 1 || replaces === 'layer' ? configs.map(({ name }) => name) : [],
    ),
  );
  const files = folder.configs.map((config) => ({ ...config, isFragment: layers.has(config.name) }));
  const checked = await checkFiles(api, files, undefined);
  for (const { path: file, problems } of checked)
    for (const problem of problems) terminal.err(findingText(file, problem, paint));
  const invalid = checked.filter(({ valid }) => !valid).map((file) => file.path);
  if (invalid.length > 0) throw new CliError(`${invalid.join(', ')} would not run; nothing was changed.`);
  return { folder, plan: await planOf(api, folder) };
}

async function showPlan(terminal: Terminal, flags: PlanFlags, command: Command): Promise<void> {
  const context = contextOf(terminal, command);
  const { plan } = await planned(context, flags.file);
  if (!printForScripts(terminal, context.format, plan)) terminal.out(planText(plan, flags.diff !== false));
  if (plan.hasChanges) throw new CliError('There are changes; "drover apply" makes them.', EXIT_CHANGES);
}

async function applyFolder(terminal: Terminal, flags: ApplyFlags, command: Command): Promise<void> {
  const context = contextOf(terminal, command);
  const { api, format } = context;
  const { plan } = await planned(context, flags.file);
  const isForPeople = format === 'table' || format === 'wide';
  if (!plan.hasChanges) {
    if (!printForScripts(terminal, format, { configs: [], rollouts: [] }))
      terminal.out('Nothing to change.\n');
    return;
  }
  if (!flags.yes) {
    terminal.err(planText(plan, flags.diff !== false));
    await confirm(terminal, false, 'Make these changes?');
  }
  const configs: { name: string; revision: number }[] = [];
  for (const step of plan.configs) {
    if (step.kind === 'unchanged') continue;
    const { name, path: _path, ...content } = step.config;
    const message = flags.message === undefined ? {} : { message: flags.message };
    const { revision } = await api.putConfig(name, { ...content, ...message });
    configs.push({ name, revision: revision.number });
    if (isForPeople) terminal.out(`config ${name}: revision ${revision.number}\n`);
  }
  const rollouts: string[] = [];
  for (const { kind, assignment } of plan.assignments) {
    if (kind === 'unchanged') continue;
    const { selector, strategy, configs: stack, replaces } = assignment;
    const [layer] = stack;
    const target = targetOf(replaces === 'layer' && layer !== undefined ? { layer } : { config: stack });
    const message = flags.message === undefined ? {} : { message: flags.message };
    const { id } = await api.createRollout({ target, selector, strategy, ...message }, randomUUID());
    rollouts.push(id);
    if (isForPeople) terminal.out(`${selectorText(selector)}: rollout ${id}\n`);
    if (flags.watch) await watchRollout(context, id);
  }
  printForScripts(terminal, format, { configs, rollouts });
}

/** `drover plan`, `drover apply`, `drover export` */
export function addFolderCommands(program: Command, terminal: Terminal): void {
  const layout =
    "\nThe folder has one file for each configuration in configs/ (its name is the file's), and drover.yaml:\n" +
    '  assignments:\n    - {selector: env=prod, configs: [base, region-eu], strategy: {kind: waves, waves: [{count: 2}]}}\n' +
    '    - {selector: "", layer: agent-telemetry}   # in its place, in each stack that holds it\n' +
    '  configs: {base: {description: for all}}   # format, role, contentType: what a file cannot say\n' +
    'Where two assignments match an agent, the later one holds. What the folder does not name is left alone.';
  program
    .command('plan')
    .description('what "drover apply" would change; exit code 3 where there are changes')
    .requiredOption('-f, --file <folder>', 'the folder')
    .option('--no-diff', 'leave out the differences of bodies')
    .addHelpText('after', layout)
    .action((flags: PlanFlags, command: Command) => showPlan(terminal, flags, command));
  program
    .command('apply')
    .description('bring configurations and rollouts to what a folder says; the same again changes nothing')
    .requiredOption('-f, --file <folder>', 'the folder')
    .option('-m, --message <text>', 'of the revisions and rollouts: what was changed and why')
    .option('--no-diff', 'leave out the differences of bodies')
    .option('-y, --yes', 'do not ask')
    .option('--watch', 'follow each rollout to its end before the next')
    .addHelpText('after', layout)
    .action((flags: ApplyFlags, command: Command) => applyFolder(terminal, flags, command));
  program
    .command('export')
    .description('write all configurations, assignments and what every agent runs as plain files')
    .argument('<folder>')
    .addHelpText(
      'after',
      '\nconfigs/ and drover.yaml are what "drover apply" reads. agents/<uid>/ holds what each agent reports; values that it masked are masked there too.',
    )
    .action(async (folder: string, _flags: object, command: Command) => {
      const { api, format } = contextOf(terminal, command);
      const done = await exportAll(api, folder);
      if (printForScripts(terminal, format, done)) return;
      terminal.out(
        `${done.configs} configurations, ${done.assignments} assignments, ${done.agents} agents (${done.agentsWithConfig} with the configuration that they run) in ${folder}\n`,
      );
    });
}
