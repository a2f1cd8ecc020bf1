import { printableLine, printableText, type WouldRun } from '@drover/api';
import type { Command } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { findingText } from '../config-findings.ts';
import { meaningText } from '../config-meaning.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../failure.ts';
import { intendedText } from '../intended-text.ts';
import { printForScripts } from '../output/print.ts';
import { parseStackItem, type StackItem } from '../rollout-target.ts';
import type { Terminal } from '../terminal.ts';
import { painted, unifiedDiff } from './config-diff.ts';

interface WouldRunFlags {
  readonly config: StackItem[];
  readonly origin?: boolean;
  readonly diff?: boolean;
  readonly meaning?: boolean;
  readonly variables?: boolean;
}

const AGENT = 'uid, unique beginning of it, or display name';

async function wouldRun(
  terminal: Terminal,
  name: string,
  flags: WouldRunFlags,
  command: Command,
): Promise<void> {
  const { api, format, paint } = contextOf(terminal, command);
  const uid = await resolveAgent(api, name);
  const would = await api.wouldRun(uid, { target: { kind: 'config', configs: flags.config } });
  if (!printForScripts(terminal, format, would)) {
    const what = would.target.configs.map((config) => `${config.name}@${config.revision}`).join(' + ');
    if (flags.variables) terminal.out(variablesText(would));
    else if (flags.diff || flags.meaning) {
      const text = comparisonText(would, what, flags.meaning === true);
      if (text === '') terminal.err('It would run what it is to run now.\n');
      else terminal.out(flags.diff ? painted(text, paint) : text);
    } else terminal.out(printableText(intendedText(would, flags.origin === true)));
    for (const finding of would.findings) terminal.err(findingText(what, finding, paint));
  }
  if (would.cannot !== null) throw new CliError(`It could not take this: ${printableLine(would.cannot)}.`);
}

function variablesText({ variables }: WouldRun): string {
  return variables
    .map(({ config, line, source, key, value, isDefault }) => {
      const text = value === null ? '(missing)' : `${JSON.stringify(value)}${isDefault ? ' (default)' : ''}`;
      return printableLine(`${config}:${line} ${source}.${key} = ${text}`);
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** Empty where nothing would change. Nothing is intended: all of it would be new. */
function comparisonText({ intended, merged }: WouldRun, what: string, isMeaning: boolean): string {
  const before = intended === null ? '' : intended.body;
  if (before === null || merged === null)
    throw new CliError('One of the two is no single Collector configuration: -o json shows both.');
  if (!isMeaning)
    return printableText(
      unifiedDiff({ label: 'intended', body: before }, { label: what, body: merged.body }) ?? '',
    );
  const text = meaningText(before, merged.body);
  if (text === undefined) throw new CliError('One of the two cannot be read: --diff shows the lines.');
  return text;
}

/** `drover agents would-run` */
export function addWouldRunCommand(agents: Command, terminal: Terminal): void {
  agents
    .command('would-run')
    .description(
      'what an agent would run of configurations that nobody has given it; exit code 1 where it could not',
    )
    .argument('<agent>', AGENT)
    .requiredOption(
      '--config <name[@revision]>',
      'configuration; repeat it for a stack, in order',
      (text: string, items: StackItem[] = []) => [...items, parseStackItem(text, '--config')],
    )
    .option('--origin', 'in front of each line the configuration that it comes from')
    .option('--diff', 'only what changes of what it is to run now')
    .option('--meaning', 'the same as pipelines, components and settings')
    .option('--variables', 'only what its variables are for this agent')
    .addHelpText(
      'after',
      '\nFindings go to standard error. Secrets are masked.\n\nExamples:\n  drover agents would-run edge-7 --config base --config region-eu@4 --origin\n  drover agents would-run edge-7 --config edge --meaning',
    )
    .action((name: string, flags: WouldRunFlags, command: Command) =>
      wouldRun(terminal, name, flags, command),
    );
}
