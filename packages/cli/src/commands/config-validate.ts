import { type ConfigTrial, type ConfigTrialWith, printableLine } from '@drover/api';
import { type Command, Option } from 'commander';
import { resolveAgent } from '../agent-reference.ts';
import { configNameOf, readConfigFiles } from '../config-files.ts';
import { type CheckedFile, checkedByText, checkFiles, findingText } from '../config-findings.ts';
import { type Context, contextOf } from '../context.ts';
import { CliError } from '../failure.ts';
import { printForScripts } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

interface ValidateFlags {
  readonly file: string[];
  readonly selector?: string;
  readonly agent?: string;
  readonly local?: boolean;
  readonly name?: string;
  readonly fragment?: boolean;
}

async function programOf({ api }: Context, flags: ValidateFlags): Promise<ConfigTrialWith | undefined> {
  if (flags.local === true) return { kind: 'local' };
  if (flags.agent === undefined) return undefined;
  return { kind: 'agent', instanceUid: await resolveAgent(api, flags.agent) };
}

/** Who was asked, and about what. */
function trialText({ program, kind, stack, verdict, reason }: ConfigTrial): string {
  const who = `${printableLine(program || 'its program')}${kind === 'local' ? ' of the server' : ''}`;
  const place = stack.findIndex(({ revision }) => revision === null) + 1;
  const where = stack.length > 1 ? `, as layer ${place} of ${stack.length}` : '';
  switch (verdict) {
    case 'valid':
      return `valid, says ${who}${where}`;
    case 'invalid':
      return `not valid, says ${who}${where}`;
    case 'refused':
      return `refused by the agent's host; ${who} was not asked`;
    case 'not_asked':
      return `not checked by ${who}: ${printableLine(reason)}`;
  }
}

function resultText({ path, valid, schemas, trial }: CheckedFile): string {
  if (trial !== undefined) return `${path}: ${trialText(trial)}\n`;
  const fields = schemas === undefined ? '' : ` (${checkedByText(schemas)})`;
  return valid ? `${path}: valid${fields}\n` : '';
}

async function validateConfigs(terminal: Terminal, flags: ValidateFlags, command: Command): Promise<void> {
  const context = contextOf(terminal, command);
  const { api, format, paint } = context;
  const using = await programOf(context, flags);
  const files = (await readConfigFiles(flags.file, terminal)).map((file) => ({
    ...file,
    ...(flags.fragment === true ? { isFragment: true } : {}),
    ...(using?.kind === 'agent' ? { name: configNameOf(file, flags.name) } : {}),
  }));
  const checked = await checkFiles(api, files, flags.selector, using);
  if (!printForScripts(terminal, format, { items: checked })) {
    for (const file of checked) {
      for (const problem of file.problems) terminal.out(findingText(file.path, problem, paint));
      terminal.out(resultText(file));
    }
  }
  const invalid = checked.filter((file) => !file.valid).length;
  if (invalid > 0) throw new CliError(`${invalid} of ${checked.length} file(s) would not run.`);
  const unasked = checked.filter(({ trial }) => trial?.verdict === 'not_asked').length;
  if (unasked > 0) throw new CliError(`${unasked} of ${checked.length} file(s) could not be checked so.`);
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** `drover configs validate` */
export function addConfigValidateCommand(configs: Command, terminal: Terminal): void {
  configs
    .command('validate')
    .description('check files without storing them; exit code 1 where one would not run')
    .requiredOption('-f, --file <path>', 'file, folder or "-"; may be repeated', collect)
    .option(
      '-l, --selector <selector>',
      'check also against the components that these agents report, and their versions',
    )
    .option('--agent <agent>', "ask this agent's own program too, through its supervisor; it runs on")
    .addOption(
      new Option('--local', "ask the server's own Collector too (its setting configs.collector)").conflicts(
        'agent',
      ),
    )
    .option('--name <name>', "with --agent: the place in the agent's stack; the file's name when left out")
    .option('--fragment', 'one layer of several: what another may bring is not missed')
    .addHelpText(
      'after',
      '\nWith --agent the file takes the place of the configuration of its name in what the agent is to run, with\nvariables and secrets as that agent gets them.\n\nExamples:\n  drover configs validate -f edge.yaml\n  drover configs validate -f edge.yaml --agent canary-1\n  drover configs validate -f configs/ --local',
    )
    .action((flags: ValidateFlags, command: Command) => validateConfigs(terminal, flags, command));
}
