import { Command, CommanderError } from 'commander';
import type { SettingsInput } from './settings.ts';

export type ArgumentsOutcome =
  | { readonly kind: 'run'; readonly input: Pick<SettingsInput, 'configFile' | 'flags'> }
  /** Help or version was printed, or the usage was wrong and said so. */
  | { readonly kind: 'exit'; readonly code: number };

const FLAG_KEYS = {
  opampListen: 'opamp.listen',
  httpListen: 'http.listen',
  dataDir: 'dataDir',
  logLevel: 'log.level',
} as const;

export function parseArguments(argv: readonly string[], version: string): ArgumentsOutcome {
  const command = new Command('drover-server')
    .description("Drover's control plane: OpAMP endpoint, REST interface and web console.")
    .version(version)
    .option('--config <file>', 'YAML file of settings')
    .option('--opamp-listen <host:port>', 'address of the OpAMP endpoint (default 127.0.0.1:4320)')
    .option(
      '--http-listen <host:port>',
      'address of the REST interface and the console (default 127.0.0.1:4321)',
    )
    .option('--data-dir <folder>', 'folder of the embedded database and the keys (default ./drover-data)')
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace (default info)')
    .allowExcessArguments(false)
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      '\nEvery setting can also come from the environment: opamp.listen is DROVER_OPAMP_LISTEN.\nAll settings: docs/reference/settings.md',
    )
    .exitOverride();
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { kind: 'exit', code: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  const options = command.opts<Partial<Record<keyof typeof FLAG_KEYS | 'config', string>>>();
  const flags: Record<string, { flag: string; value: string }> = {};
  for (const [name, key] of Object.entries(FLAG_KEYS)) {
    const value = options[name as keyof typeof FLAG_KEYS];
    const flag = `--${name.replace(/([A-Z])/g, '-$1').toLowerCase()}`;
    if (value !== undefined) flags[key] = { flag, value };
  }
  return { kind: 'run', input: { configFile: options.config, flags } };
}
