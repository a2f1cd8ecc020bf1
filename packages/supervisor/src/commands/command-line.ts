import { parseArgs } from 'node:util';
import { GENERAL_HELP, HELP, isCommandName } from './help.ts';

export type OutputFormat = 'text' | 'json';

export type CommandLine =
  | { readonly kind: 'run'; readonly settingsFile: string; readonly notices: readonly string[] }
  | {
      readonly kind: 'validate' | 'doctor';
      readonly settingsFile: string;
      readonly output: OutputFormat;
    }
  | {
      readonly kind: 'status';
      readonly settingsFile: string;
      /** Instead of the one that the settings name. */
      readonly storageFolder: string | undefined;
      readonly output: OutputFormat;
    }
  | { readonly kind: 'version'; readonly output: OutputFormat }
  | { readonly kind: 'version_number' }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong_usage'; readonly message: string };

const DEFAULT_SETTINGS_FILE = 'supervisor.yaml';

const EVERYWHERE = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;
const CONFIG = { config: { type: 'string', default: DEFAULT_SETTINGS_FILE } } as const;
const OUTPUT = { output: { type: 'string', short: 'o', default: 'text' } } as const;

/** What is to be done. Without a command that is `run`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first] = args;
  const isNamed = first !== undefined && !first.startsWith('-');
  const name = isNamed ? first : 'run';
  if (name === 'help') return helpOn(args[1]);
  if (!isCommandName(name)) {
    return {
      kind: 'wrong_usage',
      message: `there is no command "${name}"; there are ${Object.keys(HELP).join(', ')}`,
    };
  }
  try {
    return parseCommand(name, isNamed ? args.slice(1) : [...args], isNamed);
  } catch (error) {
    // Of Node's own words the first sentence says what is wrong; the others advise how to pass such an argument anyway.
    const [sentence] = (error as Error).message.split(/\. |\n/, 1);
    return { kind: 'wrong_usage', message: `${isNamed ? `${name}: ` : ''}${sentence}` };
  }
}

function parseCommand(name: keyof typeof HELP, args: string[], isNamed: boolean): CommandLine {
  const help = { kind: 'help', text: isNamed ? HELP[name] : GENERAL_HELP } as const;
  switch (name) {
    case 'run': {
      // Upstream's flag, so that its service definitions go on working.
      const options = { ...EVERYWHERE, ...CONFIG, 'feature-gates': { type: 'string' } } as const;
      const { values } = parseArgs({ args, options });
      if (values.help) return help;
      if (values.version) return { kind: 'version_number' };
      const gates = values['feature-gates'];
      return {
        kind: 'run',
        settingsFile: values.config,
        notices:
          gates === undefined
            ? []
            : [
                `--feature-gates=${gates}: not used; what those gates open in the upstream supervisor is not gated`,
              ],
      };
    }
    case 'validate':
    case 'doctor': {
      const { values } = parseArgs({ args, options: { ...EVERYWHERE, ...CONFIG, ...OUTPUT } });
      if (values.help) return help;
      if (values.version) return { kind: 'version_number' };
      return { kind: name, settingsFile: values.config, output: formatOf(values.output) };
    }
    case 'status': {
      const options = { ...EVERYWHERE, ...CONFIG, ...OUTPUT, storage: { type: 'string' } } as const;
      const { values } = parseArgs({ args, options });
      if (values.help) return help;
      if (values.version) return { kind: 'version_number' };
      return {
        kind: 'status',
        settingsFile: values.config,
        storageFolder: values.storage,
        output: formatOf(values.output),
      };
    }
    case 'version': {
      const { values } = parseArgs({ args, options: { ...EVERYWHERE, ...OUTPUT } });
      if (values.help) return help;
      if (values.version) return { kind: 'version_number' };
      return { kind: 'version', output: formatOf(values.output) };
    }
  }
}

function helpOn(name: string | undefined): CommandLine {
  return { kind: 'help', text: name !== undefined && isCommandName(name) ? HELP[name] : GENERAL_HELP };
}

function formatOf(text: string): OutputFormat {
  if (text === 'text' || text === 'json') return text;
  throw new Error(`--output is "${text}" and must be text or json`);
}
