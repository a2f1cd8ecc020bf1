import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { EnvironmentAttributes } from '../description/environment-attributes.ts';
import type { PlacedPolicy } from '../policy/host-policy.ts';
import {
  type AgentInFile,
  type CollectorInFile,
  type CommandInFile,
  type FluentBitInFile,
  isCollector,
  type NamedAgentInFile,
  readsConfig,
} from './agent-in-file.ts';
import { announcedCapabilities } from './capabilities.ts';
import { accountProblems, toAccount, toLimits } from './confinement-in-file.ts';
import { LAYER_TOKENS } from './env-expansion.ts';
import { toHostPolicy } from './policy-file.ts';
import { resolveNear } from './resolve-near.ts';
import type { SettingsProblem } from './setting-problem.ts';
import type {
  AgentSettings,
  CollectorSettings,
  CommandSettings,
  CommonAgentSettings,
  DataCheckSettings,
  FluentBitSettings,
  HealthCheck,
  Invocation,
  LocalLayer,
} from './settings.ts';
import type { SettingsFile } from './settings-file.ts';

const DEFAULT_START_LIMIT_MS = 30_000;
const DEFAULT_STOP_LIMIT_MS = 10_000;
const DEFAULT_STABILITY_WINDOW_MS = 10_000;
const DEFAULT_LIVENESS_LIMIT_MS = 120_000;
/** Recommended (specification: Own Telemetry Reporting). */
const DEFAULT_OWN_METRICS_INTERVAL_MS = 10_000;
const DEFAULT_DATA_WINDOW_MS = 30_000;
const DEFAULT_CRASH_LOG_BYTES = 2_048;
const DEFAULT_HEALTH_INTERVAL_MS = 5_000;
const DEFAULT_HEALTH_LIMIT_MS = 2_000;
const DEFAULT_CONFIG_NAME = 'config';

interface AgentPlace {
  readonly name: string;
  readonly storageFolder: string;
  /** Relative to the settings file, where the operator names none. */
  readonly standaloneConfig: string;
  readonly policies: readonly PlacedPolicy[];
}

/** The agents of a checked file. One alone has the storage folder for itself, as upstream's has; each of several has a folder in it. */
export function agentSettings(
  file: SettingsFile,
  environment: EnvironmentAttributes,
  storageFolder: string,
  folder: string,
): readonly AgentSettings[] {
  const policies = file.policy ? [{ path: 'policy', policy: toHostPolicy(file.policy) }] : [];
  if (file.agent !== undefined) {
    const place = { name: 'agent', storageFolder, standaloneConfig: 'effective.yaml', policies };
    return [toAgentSettings(file.agent, file.capabilities, environment, place, folder)];
  }
  return Object.entries(file.agents ?? {}).map(([name, agent]) => {
    const place = {
      name,
      storageFolder: resolve(storageFolder, name),
      standaloneConfig: agent.standalone_config ?? defaultStandaloneConfig(name, agent, folder),
      // Beside the one for all, never instead of it: an agent's own policy can only add.
      policies: agent.policy
        ? [...policies, { path: `agents.${name}.policy`, policy: toHostPolicy(agent.policy) }]
        : policies,
    };
    return toAgentSettings(agent, agent.capabilities ?? file.capabilities, environment, place, folder);
  });
}

/** Users and groups that the file names and this host does not know. */
export function unknownAccounts(file: SettingsFile): readonly SettingsProblem[] {
  return [
    ...accountProblems(file.agent?.run_as, ['agent', 'run_as']),
    ...Object.entries(file.agents ?? {}).flatMap(([name, agent]) =>
      accountProblems(agent.run_as, ['agents', name, 'run_as']),
    ),
  ];
}

function toAgentSettings(
  agent: AgentInFile | NamedAgentInFile,
  capabilities: SettingsFile['capabilities'],
  environment: EnvironmentAttributes,
  place: AgentPlace,
  folder: string,
): AgentSettings {
  const common: CommonAgentSettings = {
    name: place.name,
    // A bare name is looked up on the path, as a shell would.
    executable: agent.executable.includes('/') ? resolveNear(folder, agent.executable) : agent.executable,
    args: agent.args ?? [],
    env: agent.env ?? {},
    instanceUid: agent.instance_id?.toLowerCase(),
    standaloneConfig: resolve(folder, place.standaloneConfig),
    // Part of a resource, whose attributes are texts in a Collector's configuration: the same in both places.
    identifyingAttributes: asTexts({
      ...(environment.kind === 'attributes' ? environment.identifying : {}),
      ...agent.description?.identifying_attributes,
    }),
    nonIdentifyingAttributes: {
      ...(environment.kind === 'attributes' ? environment.nonIdentifying : {}),
      ...agent.description?.non_identifying_attributes,
    },
    asksCloudMetadata: agent.description?.cloud_metadata ?? false,
    capabilities: announcedCapabilities(capabilities, isCollector(agent) ? 'collector' : agent.kind),
    policies: place.policies,
    runAs: toAccount(agent.run_as),
    limits: toLimits(agent.limits),
    storageFolder: place.storageFolder,
    fallbackConfigs: [],
    runtimeFallbackAfterMs: 0,
    startLimitMs: agent.config_apply_timeout ?? DEFAULT_START_LIMIT_MS,
    stopLimitMs: agent.stop_timeout ?? DEFAULT_STOP_LIMIT_MS,
    stabilityWindowMs: agent.stability_window ?? DEFAULT_STABILITY_WINDOW_MS,
    livenessLimitMs: agent.liveness_timeout ?? DEFAULT_LIVENESS_LIMIT_MS,
    rollsBack: agent.automatic_config_rollback ?? true,
    passesLogsThrough: agent.passthrough_logs ?? false,
    crashLogBytes: (agent.collector_crash_log_snippet_kib ?? DEFAULT_CRASH_LOG_BYTES / 1_024) * 1_024,
  };
  if (isCollector(agent)) return toCollector(common, agent, folder);
  return agent.kind === 'fluentbit' ? toFluentBit(common, agent, folder) : toCommand(common, agent, folder);
}

/** Named for the agent, with the ending that its kind knows. */
function defaultStandaloneConfig(name: string, agent: NamedAgentInFile, folder: string): string {
  switch (agent.kind) {
    case 'command':
      return `${name}${extname(agent.config_name ?? '') || '.conf'}`;
    case 'fluentbit': {
      const classic = `${name}.conf`;
      const yaml = `${name}.yaml`;
      return !existsSync(resolve(folder, yaml)) && existsSync(resolve(folder, classic)) ? classic : yaml;
    }
    default:
      return `${name}.yaml`;
  }
}

function toCollector(
  common: CommonAgentSettings,
  agent: AgentInFile | CollectorInFile,
  folder: string,
): CollectorSettings {
  return {
    ...common,
    kind: 'collector',
    fallbackConfigs: (agent.startup_fallback_configs ?? agent.initial_fallback_configs ?? []).map((path) =>
      resolveNear(folder, path),
    ),
    runtimeFallbackAfterMs: agent.runtime_fallback_after ?? 0,
    layers: toLayers(agent.config_files ?? [], folder),
    lockedConfig: (agent.locked_config ?? []).map((file) => resolveNear(folder, file)),
    includeResourceAttributes: agent.description?.include_resource_attributes ?? false,
    ownMetricsIntervalMs: agent.own_metrics_interval ?? DEFAULT_OWN_METRICS_INTERVAL_MS,
    localPort: agent.opamp_server_port ?? 0,
    usesReload: process.platform !== 'win32' && (agent.use_hup_config_reload ?? true),
    dataCheck: toDataCheck(agent.data_check),
  };
}

function toDataCheck(inFile: AgentInFile['data_check']): DataCheckSettings | undefined {
  if (!inFile || inFile.action === 'off') return undefined;
  return { action: inFile.action, windowMs: inFile.window ?? DEFAULT_DATA_WINDOW_MS };
}

function toFluentBit(common: CommonAgentSettings, agent: FluentBitInFile, folder: string): FluentBitSettings {
  return {
    ...common,
    kind: 'fluentbit',
    localFiles: (agent.config_files ?? []).map((file) => resolveNear(folder, file)),
    httpPort: agent.http_port ?? 0,
  };
}

function toCommand(common: CommonAgentSettings, agent: CommandInFile, folder: string): CommandSettings {
  const { health } = agent;
  return {
    ...common,
    kind: 'command',
    // What nothing points at could be written and would never be read.
    capabilities: readsConfig(agent)
      ? common.capabilities
      : common.capabilities.filter(
          (name) => name !== 'AcceptsRemoteConfig' && name !== 'ReportsRemoteConfig',
        ),
    localFiles: (agent.config_files ?? []).map((file) => resolveNear(folder, file)),
    configName: agent.config_name ?? DEFAULT_CONFIG_NAME,
    configDirectory: agent.config_directory && resolve(folder, agent.config_directory),
    validateCommand: toInvocation(agent.validate_command, folder),
    reload: toReload(agent, folder),
    versionCommand: toInvocation(agent.version_command, folder),
    health: health ? toHealthCheck(health, folder) : undefined,
    healthIntervalMs: health?.interval ?? DEFAULT_HEALTH_INTERVAL_MS,
    healthLimitMs: health?.timeout ?? DEFAULT_HEALTH_LIMIT_MS,
    port: agent.port ?? 0,
    stopSignal: agent.stop_signal ?? 'SIGTERM',
  };
}

function toReload(agent: CommandInFile, folder: string): CommandSettings['reload'] {
  if (agent.reload_signal !== undefined) return { kind: 'signal', signal: agent.reload_signal };
  const command = toInvocation(agent.reload_command, folder);
  return command && { kind: 'command', command };
}

function toHealthCheck(
  health: NonNullable<CommandInFile['health']>,
  folder: string,
): HealthCheck | undefined {
  if (health.http !== undefined) return { kind: 'http', url: health.http };
  if (health.tcp !== undefined) return { kind: 'tcp', address: health.tcp };
  const command = toInvocation(health.command, folder);
  return command && { kind: 'command', command };
}

/** A program that is named by a path is looked for as the agent's own is. */
function toInvocation(words: readonly string[] | undefined, folder: string): Invocation | undefined {
  const [program, ...args] = words ?? [];
  if (program === undefined) return undefined;
  return [program.includes('/') ? resolveNear(folder, program) : program, ...args];
}

function asTexts(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]));
}

/** Upstream's order: own telemetry, the files, the extension, the remote configuration, unless tokens say otherwise. The extension's place has no meaning here: it is always last and locked. */
function toLayers(configFiles: readonly string[], folder: string): readonly LocalLayer[] {
  const layers: LocalLayer[] = [];
  for (const entry of configFiles) {
    if (entry === '$REMOTE_CONFIG') layers.push({ kind: 'remote' });
    else if (!LAYER_TOKENS.includes(entry)) layers.push({ kind: 'file', path: resolveNear(folder, entry) });
  }
  if (layers.length > 0 && !layers.some(({ kind }) => kind === 'remote')) layers.push({ kind: 'remote' });
  return layers;
}
