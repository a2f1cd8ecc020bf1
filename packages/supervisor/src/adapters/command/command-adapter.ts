import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { agentHost } from '../../policy/agent-host.ts';
import { configJudge } from '../../policy/judge-config.ts';
import { runCommand } from '../../process/run-command.ts';
import type { CommandSettings, Invocation } from '../../settings/settings.ts';
import { type ConfigPlace, mainFile } from '../../storage/config-folder.ts';
import type {
  AdapterOptions,
  AgentAdapter,
  AgentObserver,
  ComposeInput,
  Composition,
  ObservedProcess,
  ReloadResult,
  Validation,
} from '../agent-adapter.ts';
import { noOwnTelemetry } from '../no-own-telemetry.ts';
import { type HealthPoll, healthPoll } from '../observe/health-poll.ts';
import { freeLoopbackPort } from '../observe/loopback-port.ts';
import { processProbe } from '../observe/process-probe.ts';
import { programFacts } from '../program-facts.ts';
import { commandConfig } from './command-config.ts';
import { commandHealth } from './command-health.ts';
import { fillIn, fillInAll, type Placeholders, uses } from './placeholders.ts';
import { lastErrorLine, versionIn } from './program-words.ts';

const COMMAND_LIMIT_MS = 20_000;
/** Between a signal and the first question how the program fares with it. */
const AFTER_SIGNAL_MS = 300;

export interface CommandAdapterOptions extends AdapterOptions {
  readonly settings: CommandSettings;
}

/** Any program: how it is started, checked, reloaded and asked is what its settings say. */
export function commandAdapter(options: CommandAdapterOptions): AgentAdapter {
  const { settings, instanceUid, programs } = options;
  const { executable, storageFolder, configDirectory, versionCommand, validateCommand, reload } = settings;
  const env = { ...options.env, ...settings.env };
  const place: ConfigPlace = {
    folder: configDirectory ?? join(storageFolder, 'config'),
    main: settings.configName,
    isExclusive: configDirectory === undefined,
    readers: settings.runAs?.gid,
    ...(configDirectory === undefined ? {} : { listFile: join(storageFolder, 'placed-files.json') }),
  };
  const program = programFacts<{ readonly version?: string }>({
    executable,
    storageFolder,
    question: JSON.stringify(['version', versionCommand]),
    shared: programs,
    ask: askVersion,
  });
  const judge = configJudge(settings.policies, agentHost(env));
  let port = settings.port;
  let observer: AgentObserver | undefined;
  let observed: ObservedProcess | undefined;
  let poll: HealthPoll | undefined;

  const placeholders = (where: ConfigPlace = place, pid = ''): Placeholders => ({
    executable,
    config: mainFile(where),
    config_dir: where.folder,
    port,
    instance_uid: instanceUid(),
    pid,
  });
  const call = (words: Invocation, values: Placeholders) => {
    const [first, ...args] = fillInAll(words, values);
    return runCommand(first, args, {
      limitMs: COMMAND_LIMIT_MS,
      env: filledEnv(env, values),
      runAs: settings.runAs,
    });
  };
  return {
    kind: 'command',
    place,
    stopSignal: settings.stopSignal,
    get address() {
      return { port: 0, token: '', probePort: port };
    },
    async inspect() {
      const learned = await program.learn();
      if (learned.kind === 'unusable') return learned;
      const { version } = learned.facts;
      return { kind: 'facts', facts: { name: basename(executable), version, components: undefined } };
    },
    async open(former, theObserver) {
      observer = theObserver;
      if (settings.port === 0) port = former?.probePort ?? 0;
    },
    async compose(input) {
      if (!input.isRunning && settings.port === 0) port = await freeLoopbackPort(port);
      return compose(input);
    },
    canValidate: validateCommand !== undefined,
    async validate(candidate): Promise<Validation> {
      if (validateCommand === undefined) return { kind: 'valid' };
      const result = await call(validateCommand, placeholders(candidate));
      return result.kind === 'ended' && result.exitCode === 0
        ? { kind: 'valid' }
        : { kind: 'invalid', message: explain('the check of the configuration', result) };
    },
    launchCommand() {
      const values = placeholders();
      return {
        executable,
        args: settings.args.map((word) => fillIn(word, values)),
        env: filledEnv(settings.env, values),
      };
    },
    forgetProcess() {
      observed = undefined;
      poll?.end();
    },
    observe(process) {
      observed = process;
      watch(process, 0);
    },
    reload: reload && ((pid) => doReload(reload, pid)),
    errorIn: lastErrorLine,
    custom: undefined,
    async close() {
      poll?.end();
    },
  };

  async function askVersion() {
    if (program.fingerprint() === undefined) {
      const message = `the executable ${executable} does not exist or may not be run by this user: install it there or correct the setting`;
      return { kind: 'unusable', message } as const;
    }
    if (versionCommand === undefined) return { kind: 'facts', facts: {} } as const;
    const result = await call(versionCommand, placeholders());
    const version = result.kind === 'ended' ? versionIn(`${result.stdout}\n${result.stderr}`) : undefined;
    return { kind: 'facts', facts: version === undefined ? {} : { version } } as const;
  }

  function compose({ remote, ownTelemetry }: ComposeInput): Composition {
    const config = commandConfig({ settings, judge, place, remote });
    if (config.kind !== 'files') return config;
    const everyText = [...settings.args, ...Object.values(settings.env)];
    const atStart = [
      ...[executable, program.fingerprint(), settings.args, settings.env, place.folder, place.main, port],
      uses(everyText, 'instance_uid') ? instanceUid() : '',
    ];
    const contents = config.files.map(({ name, body }) => [name, Buffer.from(body).toString('base64')]);
    return {
      kind: 'composed',
      files: config.files,
      main: place.main,
      companions: [],
      ownTelemetryRefusal: noOwnTelemetry(ownTelemetry),
      inputsHash: hashOf([...atStart, contents]),
      launchHash: hashOf(atStart),
    };
  }

  function watch(process: ObservedProcess, afterMs: number): void {
    poll?.end();
    if (observer === undefined) return;
    const { health: check, healthLimitMs: limitMs, healthIntervalMs: intervalMs } = settings;
    const pid = String(process.pid);
    const probe =
      check === undefined
        ? processProbe(process)
        : commandHealth({
            check,
            limitMs,
            env,
            runAs: settings.runAs,
            placeholders: () => placeholders(place, pid),
            process,
          });
    poll = healthPoll({ probe, observer, intervalMs });
    poll.begin(afterMs);
  }

  async function doReload(how: NonNullable<typeof reload>, pid: number): Promise<ReloadResult> {
    poll?.end();
    if (how.kind === 'signal') {
      try {
        process.kill(pid, how.signal);
      } catch (error) {
        return { kind: 'failed', message: `${how.signal} cannot be sent: ${(error as Error).message}` };
      }
    } else {
      const result = await call(how.command, placeholders(place, String(pid)));
      if (result.kind !== 'ended' || result.exitCode !== 0)
        return { kind: 'failed', message: explain('the reload', result) };
    }
    if (observed !== undefined) watch(observed, how.kind === 'signal' ? AFTER_SIGNAL_MS : 0);
    return { kind: 'reloaded' };
  }
}

function explain(what: string, result: Awaited<ReturnType<typeof runCommand>>): string {
  switch (result.kind) {
    case 'not_started':
      return result.message;
    case 'timed_out':
      return `${what} did not end within ${COMMAND_LIMIT_MS} ms`;
    case 'ended':
      return (
        (result.stderr.trim() || result.stdout.trim()).slice(-2_000) ||
        `${what} ended with exit code ${result.exitCode}`
      );
  }
}

function filledEnv<T extends NodeJS.ProcessEnv>(env: T, values: Placeholders): T {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value === undefined ? value : fillIn(value, values)]),
  ) as T;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
