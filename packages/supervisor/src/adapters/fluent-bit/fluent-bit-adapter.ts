import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { agentHost } from '../../policy/agent-host.ts';
import { configJudge } from '../../policy/judge-config.ts';
import { identityOf } from '../../process/process-identity.ts';
import { runCommand } from '../../process/run-command.ts';
import type { FluentBitSettings } from '../../settings/settings.ts';
import { type ComposedFile, type ConfigPlace, contentTypeOf, mainFile } from '../../storage/config-folder.ts';
import type {
  AdapterOptions,
  AgentAdapter,
  AgentObserver,
  ComposeInput,
  Composition,
  ObservedProcess,
  Validation,
} from '../agent-adapter.ts';
import { availableComponents } from '../available-components.ts';
import { forbiddenFiles } from '../judge-files.ts';
import { noOwnTelemetry } from '../no-own-telemetry.ts';
import { type HealthPoll, healthPoll } from '../observe/health-poll.ts';
import { freeLoopbackPort } from '../observe/loopback-port.ts';
import { localFiles, offeredFiles } from '../offered-files.ts';
import { classicData, isClassic } from './fluent-bit-classic.ts';
import { fluentBitConfig, MAIN_FILES } from './fluent-bit-config.ts';
import { fluentBitProbe, hotReload } from './fluent-bit-http.ts';
import { canHotReload, fluentBitErrorIn, fluentBitProgram } from './fluent-bit-program.ts';

const VALIDATE_LIMIT_MS = 20_000;
const HEALTH_INTERVAL_MS = 5_000;

export interface FluentBitAdapterOptions extends AdapterOptions {
  readonly settings: FluentBitSettings;
}

/** Fluent Bit, watched and reloaded by its own HTTP server, which is locked to a port of the loopback address. */
export function fluentBitAdapter(options: FluentBitAdapterOptions): AgentAdapter {
  const { settings, programs } = options;
  const { executable, args, storageFolder, standaloneConfig, policies } = settings;
  const env = { ...options.env, ...settings.env };
  const program = fluentBitProgram({
    executable,
    storageFolder,
    shared: programs,
    env,
    runAs: settings.runAs,
  });
  const judge = configJudge(policies, agentHost(env));
  const folder = join(storageFolder, 'config');
  let main = MAIN_FILES.yaml;
  let httpPort = settings.httpPort;
  let observer: AgentObserver | undefined;
  let observed: ObservedProcess | undefined;
  let poll: HealthPoll | undefined;

  const reloads = () => process.platform !== 'win32' && canHotReload(program.known?.version);
  const place = (): ConfigPlace => ({ folder, main, isExclusive: true, readers: settings.runAs?.gid });
  const watch = () => {
    poll?.end();
    if (observer === undefined || observed === undefined) return;
    const probe = fluentBitProbe(httpPort, observed);
    poll = healthPoll({ probe, observer, intervalMs: HEALTH_INTERVAL_MS });
    poll.begin();
  };

  return {
    kind: 'fluentbit',
    get place() {
      return place();
    },
    stopSignal: 'SIGTERM',
    get address() {
      return { port: 0, token: '', probePort: httpPort };
    },
    async inspect() {
      const learned = await program.learn();
      if (learned.kind === 'unusable') return learned;
      const { version, plugins } = learned.facts;
      return {
        kind: 'facts',
        facts: { name: 'fluent-bit', version, components: availableComponents(plugins, 'description') },
      };
    },
    async open(former, theObserver) {
      observer = theObserver;
      if (settings.httpPort === 0) httpPort = former?.probePort ?? 0;
      // What an earlier supervisor left in the folder tells which of the two it was.
      if (!existsSync(join(folder, main)) && existsSync(join(folder, MAIN_FILES.classic)))
        main = MAIN_FILES.classic;
    },
    async compose(input) {
      if (!input.isRunning && settings.httpPort === 0) httpPort = await freeLoopbackPort(httpPort);
      return compose(input);
    },
    canValidate: true,
    async validate(candidate): Promise<Validation> {
      const result = await runCommand(executable, ['--dry-run', '-c', mainFile(candidate), ...args], {
        limitMs: VALIDATE_LIMIT_MS,
        env,
        runAs: settings.runAs,
      });
      switch (result.kind) {
        case 'not_started':
          return { kind: 'invalid', message: result.message };
        case 'timed_out':
          return { kind: 'invalid', message: `the dry run did not end within ${VALIDATE_LIMIT_MS} ms` };
        case 'ended': {
          const output = `${result.stdout}\n${result.stderr}`;
          // Some versions report errors and end as if there had been none.
          const errors = fluentBitErrorIn(output);
          if (result.exitCode === 0 && errors === '') return { kind: 'valid' };
          const said = errors || output.trim().slice(-1_000);
          return { kind: 'invalid', message: said || `the dry run ended with exit code ${result.exitCode}` };
        }
      }
    },
    launchCommand: () => ({ executable, args: ['-c', mainFile(place()), ...args], env: settings.env }),
    forgetProcess() {
      observed = undefined;
      poll?.end();
    },
    observe(process) {
      observed = process;
      watch();
    },
    async reload(pid) {
      poll?.end();
      const result = await hotReload(httpPort, identityOf(pid));
      if (result.kind === 'reloaded') watch();
      return result;
    },
    errorIn: fluentBitErrorIn,
    custom: undefined,
    async close() {
      poll?.end();
    },
  };

  function compose({ remote, ownTelemetry, isTrial }: ComposeInput): Composition {
    const local = localFiles(settings.localFiles);
    if (local.kind === 'refused') return local;
    let given: readonly ComposedFile[];
    if (remote !== undefined) {
      const offered = offeredFiles(remote, local.files);
      if (offered.kind === 'refused') return offered;
      const message = forbiddenFiles({
        judge,
        hasPolicies: policies.length > 0,
        files: offered.files,
        readOther: (text) => (isClassic(text) ? classicData(text) : undefined),
      });
      if (message !== undefined) return { kind: 'forbidden', message };
      given = offered.files;
    } else if (existsSync(standaloneConfig)) {
      const name = basename(standaloneConfig);
      given = [{ name, body: readFileSync(standaloneConfig), contentType: contentTypeOf(name) }];
    } else {
      return { kind: 'nothing' };
    }
    const config = fluentBitConfig(given, { httpPort, canHotReload: reloads() });
    if (config.kind === 'refused') return config;
    const names = new Set(config.files.map(({ name }) => name.toLowerCase()));
    const taken = local.files.find(({ name }) => names.has(name.toLowerCase()));
    if (taken !== undefined)
      return {
        kind: 'refused',
        message: `the file name "${taken.name}" is not taken: a local file has that name`,
      };
    const files = [...config.files, ...local.files];
    const composedMain = MAIN_FILES[config.format];
    if (!isTrial) main = composedMain;
    const atStart = [executable, program.fingerprint(), args, settings.env, composedMain, httpPort];
    const inputsHash = hashOf([
      ...atStart,
      files.map(({ name, body }) => [name, Buffer.from(body).toString('base64')]),
    ]);
    return {
      kind: 'composed',
      files,
      main: composedMain,
      companions: [],
      ownTelemetryRefusal: noOwnTelemetry(ownTelemetry),
      inputsHash,
      launchHash: reloads() ? hashOf(atStart) : inputsHash,
    };
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
