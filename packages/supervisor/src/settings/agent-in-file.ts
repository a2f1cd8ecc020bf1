import * as z from 'zod/mini';
import { isPlainFileName } from '../storage/config-folder.ts';
import { limitsInFile, runAsInFile } from './confinement-in-file.ts';
import { LAYER_TOKENS } from './env-expansion.ts';
import { policyInFile } from './policy-file.ts';
import { anything, attributes, durationMs, flag, positiveMs, texts, wholeUpTo } from './setting-values.ts';

export const capabilitiesInFile = z.strictObject({
  accepts_remote_config: z._default(flag, false),
  accepts_restart_command: z._default(flag, false),
  accepts_opamp_connection_settings: z._default(flag, false),
  accepts_packages: z._default(flag, false),
  reports_effective_config: z._default(flag, true),
  reports_own_metrics: z.optional(flag),
  reports_own_logs: z.optional(flag),
  reports_own_traces: z.optional(flag),
  reports_health: z._default(flag, true),
  reports_remote_config: z.optional(flag),
  reports_available_components: z._default(flag, false),
  reports_heartbeat: z._default(flag, true),
});

const descriptionKeys = {
  identifying_attributes: z.nullish(attributes),
  non_identifying_attributes: z.nullish(attributes),
  cloud_metadata: z.optional(flag),
};

/** What holds for an agent of any kind. */
const commonKeys = {
  executable: z.string().check(z.minLength(1, 'must name the program to run')),
  instance_id: z.optional(z.uuid('must be a UUID')),
  config_apply_timeout: z.optional(positiveMs),
  stop_timeout: z.optional(positiveMs),
  stability_window: z.optional(durationMs),
  liveness_timeout: z.optional(durationMs),
  automatic_config_rollback: z.optional(flag),
  passthrough_logs: z.optional(flag),
  run_as: runAsInFile,
  limits: limitsInFile,
  collector_crash_log_snippet_kib: z.optional(wholeUpTo(1_024)),
  args: z.nullish(texts),
  env: z.nullish(
    z.record(
      z.string(),
      z.pipe(
        z.union([z.string(), z.number(), z.boolean()]),
        z.transform((value) => String(value)),
      ),
    ),
  ),
};

const collectorKeys = {
  ...commonKeys,
  description: z.nullish(
    z.strictObject({ ...descriptionKeys, include_resource_attributes: z.optional(flag) }),
  ),
  config_files: z.nullish(texts),
  locked_config: z.nullish(texts),
  bootstrap_timeout: z.optional(positiveMs),
  orphan_detection_interval: z.optional(positiveMs),
  opamp_server_port: z.optional(wholeUpTo(65_535)),
  opamp_server_unix_socket: z.optional(z.string()),
  use_hup_config_reload: z.optional(flag),
  validate_config: z.optional(flag),
  startup_fallback_configs: z.nullish(texts),
  initial_fallback_configs: z.nullish(texts),
  runtime_fallback_after: z.optional(durationMs),
  own_metrics_interval: z.optional(positiveMs),
  data_check: z.nullish(
    z.strictObject({
      action: z._default(z.enum(['off', 'degrade', 'rollback']), 'off'),
      window: z.optional(positiveMs),
    }),
  ),
  package: z.nullish(anything),
};

/** The single agent, with the keys of the upstream supervisor. */
export const agentInFile = z.strictObject(collectorKeys);

export type AgentInFile = z.infer<typeof agentInFile>;

/** What only makes sense beside others. */
const namedKeys = {
  standalone_config: z.optional(z.string().check(z.minLength(1))),
  capabilities: z.nullish(capabilitiesInFile),
  policy: z.nullish(policyInFile),
};

const localFiles = z.array(
  z
    .string()
    .check(
      z.refine(
        (entry) => !LAYER_TOKENS.includes(entry),
        'stands for a layer of a Collector; agents of this kind have files beside their configuration, no layers',
      ),
    ),
);

/** What holds for every kind but the Collector. */
const otherKindKeys = {
  ...commonKeys,
  ...namedKeys,
  description: z.nullish(z.strictObject(descriptionKeys)),
  config_files: z.nullish(localFiles),
};

const collectorInFile = z.strictObject({
  ...collectorKeys,
  ...namedKeys,
  kind: z.optional(z.literal('collector')),
});

const fluentBitInFile = z.strictObject({
  ...otherKindKeys,
  kind: z.literal('fluentbit'),
  http_port: z.optional(wholeUpTo(65_535)),
});

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;

const command = z.array(z.string()).check(z.minLength(1, 'must hold a program and its arguments'));

/** As it may look once it is filled in. */
function withPort(text: string): string {
  return text.replaceAll('{port}', '1');
}

function isHostAndPort(text: string): boolean {
  const [, port] = /^.+:(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

const health = z
  .strictObject({
    http: z.optional(
      z
        .string()
        .check(
          z.refine(
            (text) => text.startsWith('http://') && URL.canParse(withPort(text)),
            'must be a URL that begins with http://',
          ),
        ),
    ),
    tcp: z.optional(z.string().check(z.refine((text) => isHostAndPort(withPort(text)), 'must be host:port'))),
    command: z.optional(command),
    interval: z.optional(positiveMs),
    timeout: z.optional(positiveMs),
  })
  .check(
    z.refine(
      ({ http, tcp, command: run }) => [http, tcp, run].filter((way) => way !== undefined).length === 1,
      'must hold exactly one of http, tcp and command',
    ),
  );

const commandInFile = z
  .strictObject({
    ...otherKindKeys,
    kind: z.literal('command'),
    config_name: z.optional(
      z.string().check(z.refine(isPlainFileName, 'must be the name of a file, without a path')),
    ),
    config_directory: z.optional(z.string().check(z.minLength(1))),
    validate_command: z.optional(command),
    reload_command: z.optional(command),
    reload_signal: z.optional(z.enum(SIGNALS)),
    version_command: z.optional(command),
    health: z.nullish(health),
    port: z.optional(wholeUpTo(65_535)),
    stop_signal: z.optional(z.enum(SIGNALS)),
  })
  .check(
    z.refine(
      ({ reload_command, reload_signal }) => reload_command === undefined || reload_signal === undefined,
      'has both reload_command and reload_signal; name one way to reload',
    ),
  );

/** One of several agents. */
export const namedAgentInFile = z.discriminatedUnion(
  'kind',
  [collectorInFile, fluentBitInFile, commandInFile],
  { error: 'must be collector, fluentbit or command' },
);

/** True for the kind that the upstream supervisor knows too, and that is meant where none is named. */
export function isCollector(agent: AgentInFile | NamedAgentInFile): agent is AgentInFile | CollectorInFile {
  return !('kind' in agent) || agent.kind === undefined || agent.kind === 'collector';
}

export type NamedAgentInFile = z.infer<typeof namedAgentInFile>;
export type CollectorInFile = z.infer<typeof collectorInFile>;
export type FluentBitInFile = z.infer<typeof fluentBitInFile>;
export type CommandInFile = z.infer<typeof commandInFile>;

/** True where something points the program at its configuration. */
export function readsConfig({ args, env, config_directory }: CommandInFile): boolean {
  const texts = [...(args ?? []), ...Object.values(env ?? {})];
  return config_directory !== undefined || texts.some((text) => /\{config(?:_dir)?\}/.test(text));
}

export const agentName = z
  .string()
  .check(
    z.regex(
      /^(?!supervisor\.)[a-z0-9][a-z0-9._-]{0,62}$/,
      'is no name for an agent; it is also the name of its folder: up to 63 of a-z, 0-9, ".", "_" and "-", a letter or digit first, and not "supervisor." at the beginning',
    ),
  );
