const SETTINGS_OPTION = '  --config FILE    settings (default: supervisor.yaml in the working directory)\n';
const OUTPUT_OPTION = '  -o, --output F   text (default) or json\n';
const COMMON_OPTIONS = '  -h, --help       print this help\n  -v, --version    print the version number\n';

/** Without a command, or with an unknown one. */
export const GENERAL_HELP = `Usage: drover-supervisor [COMMAND] [OPTIONS]

Runs telemetry agents on this host and connects each to an OpAMP server, which may change its configuration.

Commands:
  run        supervise the agents of the settings file (what is done without a command)
  validate   check the settings, and each agent's local configuration by the agent's own program
  doctor     look for whatever keeps this host from working, and say what to do about it
  status     show the agents of the supervisor that runs here
  version    print the version, and what it runs on

Options:
${SETTINGS_OPTION}${COMMON_OPTIONS}
"drover-supervisor COMMAND --help" says more.

Exit codes: 0 success, 1 failure at work, 2 wrong usage or configuration.
`;

/** What each command prints for `--help`. */
export const HELP = {
  run: `Usage: drover-supervisor [run] [--config FILE]

Supervises the agents of the settings file until it is told to stop.

Options:
${SETTINGS_OPTION}${COMMON_OPTIONS}
Without storage.directory in the settings, state is kept in the folder "storage" beside the settings file.
An agent's own configuration is "effective.yaml" beside the settings file until the server offers another.
SIGTERM, SIGINT and SIGHUP stop the agents too. SIGUSR2 ends the supervisor alone, and so does whatever kills it: the
agents keep running, and the next supervisor adopts them. Logs go to standard error unless telemetry.logs says otherwise;
the last line says why the supervisor stopped.

Exit codes: 0 stopped as asked, 1 failure at work, 2 wrong usage or settings.
`,
  validate: `Usage: drover-supervisor validate [--config FILE] [-o json]

Checks the settings, all of them, and then asks each agent's own program whether it would run the agent's local
configuration. Nothing is started or changed; a supervisor may run meanwhile.

Options:
${SETTINGS_OPTION}${OUTPUT_OPTION}${COMMON_OPTIONS}
Exit codes: 0 all is valid, 1 a program could not be asked, 2 wrong usage, settings or configuration.
`,
  doctor: `Usage: drover-supervisor doctor [--config FILE] [-o json]

Looks at settings, storage, programs, ports, the way to the server, its certificate, the clock, the disk and the
permissions of secrets. Each thing that is broken is named, with what to do. Nothing is started or changed; a supervisor
may run meanwhile. Run it as the user that the supervisor runs as.

Options:
${SETTINGS_OPTION}${OUTPUT_OPTION}${COMMON_OPTIONS}
Exit codes: 0 nothing is broken (there may be warnings), 1 something is, 2 wrong usage or settings.
`,
  status: `Usage: drover-supervisor status [--config FILE | --storage FOLDER] [-o json]

Shows the agents of the supervisor that runs here: process, state, configuration and its verdict, health, restarts, link
to the server. It is asked by the socket in its storage folder, as its own user or as root.

Options:
${SETTINGS_OPTION}  --storage FOLDER its storage folder, instead of the one that the settings name
${OUTPUT_OPTION}${COMMON_OPTIONS}
Exit codes: 0 shown, 1 no supervisor runs there or it cannot be asked, 2 wrong usage or settings.
`,
  version: `Usage: drover-supervisor version [-o json]

Prints the version of the supervisor and of Node.js that it runs on, and the platform.

Options:
${OUTPUT_OPTION}${COMMON_OPTIONS}`,
} as const;

export function isCommandName(name: string): name is keyof typeof HELP {
  return Object.hasOwn(HELP, name);
}
