import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectorErrorIn } from '@drover/collector-config';
import { type LocalEndpoint, openLocalEndpoint } from '../../link/local-endpoint.ts';
import { agentHost } from '../../policy/agent-host.ts';
import { configJudge } from '../../policy/judge-config.ts';
import { runCommand } from '../../process/run-command.ts';
import type { CollectorSettings } from '../../settings/settings.ts';
import type { RemoteConfig } from '../../storage/agent-state.ts';
import { type ConfigPlace, mainFile } from '../../storage/config-folder.ts';
import type {
  AdapterOptions,
  AgentAdapter,
  ComposeInput,
  Composition,
  Validation,
} from '../agent-adapter.ts';
import { collectorBinary } from './collector-binary.ts';
import { toAvailableComponents } from './collector-components.ts';
import { collectorFlow } from './collector-flow.ts';
import { collectorWatch } from './collector-watch.ts';
import { type ConfigLayer, composeCollectorConfig } from './compose-collector-config.ts';

const VALIDATE_LIMIT_MS = 20_000;

export interface CollectorAdapterOptions extends AdapterOptions {
  readonly settings: CollectorSettings;
}

/** The OpenTelemetry Collector. Built with the opamp extension it says all of itself; any other is watched from outside. */
export function collectorAdapter({
  settings,
  instanceUid,
  env,
  programs,
}: CollectorAdapterOptions): AgentAdapter {
  const { executable, args, storageFolder, standaloneConfig } = settings;
  const binary = collectorBinary({ executable, storageFolder, shared: programs, env, runAs: settings.runAs });
  const judge = configJudge(settings.policies, agentHost({ ...env, ...settings.env }));
  // The operator's own file must never be overwritten by what is made of it.
  const isTaken = standaloneConfig === join(storageFolder, 'effective.yaml');
  const place: ConfigPlace = {
    folder: storageFolder,
    main: isTaken ? 'effective.composed.yaml' : 'effective.yaml',
    isExclusive: false,
    readers: settings.runAs?.gid,
  };
  let endpoint: LocalEndpoint | undefined;
  const watch = collectorWatch(() => binary.known);

  return {
    kind: 'collector',
    place,
    stopSignal: 'SIGTERM',
    reload: settings.usesReload
      ? async (pid, { inputsHash }) => {
          endpoint?.expectMark(inputsHash);
          try {
            // It shuts its pipelines down, reads its file again and builds new ones, in the same process.
            process.kill(pid, 'SIGHUP');
          } catch (error) {
            return {
              kind: 'failed',
              message: `the Collector cannot be signalled: ${(error as Error).message}`,
            };
          }
          return { kind: 'reloaded' };
        }
      : undefined,
    get address() {
      return { ...addressOf(endpoint), probePort: watch.probePort };
    },
    async inspect() {
      const learned = await binary.learn();
      if (learned.kind === 'unusable') return learned;
      const { command, version } = learned.facts;
      return {
        kind: 'facts',
        facts: { name: command, version, components: toAvailableComponents(learned.facts) },
      };
    },
    async open(former, observer) {
      watch.open(former?.probePort ?? 0, observer);
      endpoint = await openLocalEndpoint({
        port: former?.port ?? settings.localPort,
        token: former?.token || randomBytes(24).toString('base64url'),
        instanceUid,
        observer,
      });
    },
    async compose(input) {
      if (!input.isRunning) await watch.choosePort();
      return compose(input);
    },
    canValidate: true,
    async validate(candidate): Promise<Validation> {
      const result = await runCommand(executable, ['validate', '--config', mainFile(candidate), ...args], {
        limitMs: VALIDATE_LIMIT_MS,
        env: { ...env, ...settings.env },
        runAs: settings.runAs,
      });
      switch (result.kind) {
        case 'not_started':
          return { kind: 'invalid', message: result.message };
        case 'timed_out':
          return { kind: 'invalid', message: `validation did not end within ${VALIDATE_LIMIT_MS} ms` };
        case 'ended': {
          if (result.exitCode === 0) return { kind: 'valid' };
          const said = collectorErrorIn(result.stderr) || result.stderr.trim().slice(-2_000);
          return { kind: 'invalid', message: said || `validation ended with exit code ${result.exitCode}` };
        }
      }
    },
    launchCommand: () => ({ executable, args: ['--config', mainFile(place), ...args], env: settings.env }),
    forgetProcess() {
      watch.end();
      endpoint?.forgetProcess();
    },
    observe: (process) => watch.begin(process),
    custom: {
      announce: (capabilities) => endpoint?.custom.announce(capabilities),
      send: (message) => endpoint?.custom.send(message) ?? 'not_connected',
    },
    readFlow: collectorFlow(mainFile(place)),
    errorIn: collectorErrorIn,
    async close() {
      watch.end();
      await endpoint?.close();
    },
  };

  function compose({ instanceUid: uid, remote, ownTelemetry, usesFallback }: ComposeInput): Composition {
    const layers: ConfigLayer[] = [];
    const lockedLayers: ConfigLayer[] = [];
    try {
      for (const source of usesFallback ? fallbackSources() : layerSources(remote)) {
        if (source.kind === 'remote') layers.push(...remoteLayers(remote));
        else layers.push(localLayer(source.path));
      }
      lockedLayers.push(...settings.lockedConfig.map(localLayer));
    } catch (error) {
      return { kind: 'refused', message: (error as Error).message };
    }
    const canIdle =
      binary.known !== undefined &&
      'nop' in binary.known.components.receivers &&
      'nop' in binary.known.components.exporters;
    if (layers.length === 0 && !canIdle) return { kind: 'nothing' };
    const watchedBy = watch.watchedBy(addressOf(endpoint));
    // What the process reads once, when it starts.
    const launchHash = createHash('sha256')
      .update(JSON.stringify([executable, binary.fingerprint(), args, settings.env]))
      .digest('hex');
    const composed = composeCollectorConfig({
      layers,
      lockedLayers,
      judge,
      telemetry: {
        ownTelemetry,
        metricsIntervalMs: settings.ownMetricsIntervalMs,
        folder: place.folder,
      },
      locked: {
        instanceUid: uid,
        watchedBy,
        includeResourceAttributes: settings.includeResourceAttributes,
        resource: {
          ...(Object.keys(ownTelemetry).length > 0 ? textsOf(settings.nonIdentifyingAttributes) : {}),
          ...settings.identifyingAttributes,
        },
        launchHash,
      },
      addIdlePipeline: canIdle,
    });
    if (composed.kind !== 'composed') return composed;
    return {
      kind: 'composed',
      files: [{ name: place.main, body: composed.text, contentType: 'text/yaml' }],
      main: place.main,
      companions: composed.companions,
      ownTelemetryRefusal: composed.ownTelemetryRefusal,
      inputsHash: composed.mark,
      // Only by the extension could it be seen that a process has taken a composition up.
      launchHash: watchedBy.kind === 'opamp' ? launchHash : composed.mark,
    };
  }

  function fallbackSources() {
    return settings.fallbackConfigs.map((path) => ({ kind: 'file' as const, path }));
  }

  function layerSources(remote: RemoteConfig | undefined) {
    if (settings.layers.length > 0) return settings.layers;
    if (remote !== undefined) return [{ kind: 'remote' as const }];
    return existsSync(standaloneConfig) ? [{ kind: 'file' as const, path: standaloneConfig }] : [];
  }
}

/** A resource's attributes are texts here; one that would be another kind than in the description is left out. */
function textsOf(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

function addressOf(endpoint: LocalEndpoint | undefined): LocalEndpoint['address'] {
  if (endpoint === undefined) throw new Error('the local endpoint is not open yet');
  return endpoint.address;
}

/** Without one of its local layers a configuration must not run: it may be the one that keeps a rule. */
function localLayer(path: string): ConfigLayer {
  try {
    return { title: path, text: readFileSync(path, 'utf8'), isRemote: false };
  } catch (error) {
    throw new Error(`cannot read the local layer ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** The files of a remote configuration in the order in which they are merged: by name, the nameless one last. */
function remoteLayers(remote: RemoteConfig | undefined): ConfigLayer[] {
  const names = [...(remote?.files.keys() ?? [])].sort((a, b) => {
    if (a === '' || b === '') return a === '' ? 1 : -1;
    return a < b ? -1 : 1;
  });
  const decoder = new TextDecoder();
  return names.map((name) => ({
    title: name === '' ? 'the remote configuration' : `the remote configuration "${name}"`,
    text: decoder.decode(remote?.files.get(name)?.body),
    isRemote: true,
  }));
}
