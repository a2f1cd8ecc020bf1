import { createHash } from 'node:crypto';
import {
  type ConfigMap,
  type ConfigValue,
  expandKeys,
  isConfigList,
  isConfigMap,
  mergeConfigs,
  parseCollectorConfig,
  SERVICE_EXTENSIONS,
  stringifyConfig,
} from '@drover/collector-config';
import type { InstanceUid } from '@drover/opamp';
import { MARK_HEADER } from '../../link/local-endpoint.ts';
import {
  type CollectorTelemetryOptions,
  collectorTelemetry,
  sentTo,
} from '../../own-telemetry/collector-telemetry.ts';
import type { ConfigJudge } from '../../policy/judge-config.ts';
import type { ComposedFile } from '../../storage/config-folder.ts';
import type { LocalAddress } from '../agent-adapter.ts';
import { forbiddenText, type ReadLayer } from './forbidden-text.ts';
import { applyLockedConfig } from './locked-config.ts';
import { withAttributes } from './resource-attributes.ts';

/** One text of configuration and what to call it in an error. */
export interface ConfigLayer {
  readonly title: string;
  readonly text: string;
  /** It came over the network. */
  readonly isRemote: boolean;
}

/** How a Collector is watched, by what it is built with. */
export type WatchedBy =
  /** It tells its supervisor, at this address. */
  | ({ readonly kind: 'opamp' } & Pick<LocalAddress, 'port' | 'token'>)
  /** It is asked at this port. */
  | { readonly kind: 'health_check'; readonly port: number }
  /** Nothing but its process can be seen. */
  | { readonly kind: 'process' };

/** What no other layer can change: how the Collector is watched, and who it is. */
export interface LockedLayer {
  readonly instanceUid: InstanceUid;
  readonly watchedBy: WatchedBy;
  readonly includeResourceAttributes: boolean;
  /** Attributes of the Collector's own telemetry, beside the instance id; those that identify the agent are in it (specification: Agent Description). */
  readonly resource: Readonly<Record<string, string>>;
  /** Hash of what the process is started with; the mark covers it too. */
  readonly launchHash: string;
}

export interface CollectorLayers {
  /** Later ones win. */
  readonly layers: readonly ConfigLayer[];
  /** The operator's final word, over all layers; later ones win. */
  readonly lockedLayers: readonly ConfigLayer[];
  readonly locked: LockedLayer;
  /** Where the Collector's own telemetry goes, beside where the layers say; below the locked ones. */
  readonly telemetry: CollectorTelemetryOptions;
  /** Asked where one of the layers is remote. */
  readonly judge: ConfigJudge;
  /** Adds an idle pipeline where the layers have none: a Collector without pipelines does not start. Remote layers have to have a service. */
  readonly addIdlePipeline: boolean;
}

export type CollectorComposition =
  | {
      readonly kind: 'composed';
      readonly text: string;
      /** Hash of all that runs. The extension brings it along, so that it is certain on which composition the Collector speaks. */
      readonly mark: string;
      /** Files that the text names. */
      readonly companions: readonly ComposedFile[];
      /** Why the own telemetry that is wanted was left out; undefined where it was not. */
      readonly ownTelemetryRefusal: string | undefined;
    }
  | { readonly kind: 'refused'; readonly message: string }
  /** The host's policy does not let it run. */
  | { readonly kind: 'forbidden'; readonly message: string };

const MAX_FINDINGS_SHOWN = 5;

const IDLE: ConfigMap = {
  receivers: { nop: null },
  exporters: { nop: null },
  service: { pipelines: { traces: { receivers: ['nop'], exporters: ['nop'] } } },
};

const MERGE = { unionLists: [SERVICE_EXTENSIONS] };

/** Merges the layers and the locked parts into the file that the Collector is given. */
export function composeCollectorConfig(input: CollectorLayers): CollectorComposition {
  const read = readLayers(input.layers);
  if (read.kind === 'refused') return read;
  const locked = readLayers(input.lockedLayers);
  if (locked.kind === 'refused') return locked;

  const merged = mergeLayers(read.layers);
  const isRemote = read.layers.some((layer) => layer.isRemote);
  if (isRemote) {
    const local = mergeLayers(read.layers.filter((layer) => !layer.isRemote));
    const violations = input.judge.violations(merged, local);
    if (violations.length > 0) return { kind: 'forbidden', message: forbiddenText(violations, read.layers) };
  }
  const own = withOwnTelemetry(merged, input);
  const enforced = applyLockedConfig(own.config, mergeLayers(locked.layers));
  // An offer that says nothing of its service forgot it, and is refused by the Collector itself.
  const mayIdle = input.addIdlePipeline && (!isRemote || merged.service !== undefined);
  const runnable = mayIdle && !hasPipelines(enforced) ? mergeConfigs([enforced, IDLE]) : enforced;
  return lock(runnable, own, input.locked);
}

interface OwnTelemetryLayer {
  readonly config: ConfigMap;
  readonly files: readonly ComposedFile[];
  /** Why it was left out, where it was. */
  readonly refusal: string | undefined;
}

/** What the server wants of the Collector's own telemetry, as far as the host's policy lets it go there. */
function withOwnTelemetry(
  config: ConfigMap,
  { telemetry: wanted, judge }: CollectorLayers,
): OwnTelemetryLayer {
  const service = mapOrEmpty(config.service);
  const telemetry = mapOrEmpty(service?.telemetry);
  const violations = judge.violations(sentTo(wanted.ownTelemetry), {});
  if (violations.length > 0) return { config, files: [], refusal: forbiddenText(violations, []) };
  const isNone = Object.keys(wanted.ownTelemetry).length === 0;
  if (isNone || service === undefined || telemetry === undefined)
    return { config, files: [], refusal: undefined };
  const own = collectorTelemetry(telemetry, wanted);
  return {
    config: { ...config, service: { ...service, telemetry: own.telemetry } },
    files: own.files,
    refusal: undefined,
  };
}

type ReadLayers =
  | { readonly kind: 'read'; readonly layers: readonly ReadLayer[] }
  | { readonly kind: 'refused'; readonly message: string };

function readLayers(layers: readonly ConfigLayer[]): ReadLayers {
  const read: ReadLayer[] = [];
  for (const { title, text, isRemote } of layers) {
    const parsed = parseCollectorConfig(text);
    if (parsed.kind === 'invalid') {
      const findings = parsed.findings
        .slice(0, MAX_FINDINGS_SHOWN)
        .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
      return { kind: 'refused', message: `${title}: ${findings.join('; ')}` };
    }
    const data = expandKeys(parsed.data);
    if (data === undefined)
      return { kind: 'refused', message: `${title}: keys with "::" nest deeper than a configuration may` };
    read.push({ title, isRemote, parsed, data });
  }
  return { kind: 'read', layers: read };
}

function mergeLayers(layers: readonly ReadLayer[]): ConfigMap {
  return mergeConfigs(
    layers.map(({ data }) => data),
    MERGE,
  );
}

function refused(message: string): CollectorComposition {
  return { kind: 'refused', message };
}

function hasPipelines(config: ConfigMap): boolean {
  const pipelines = isConfigMap(config.service) ? config.service.pipelines : undefined;
  return isConfigMap(pipelines) && Object.keys(pipelines).length > 0;
}

function lock(config: ConfigMap, own: OwnTelemetryLayer, locked: LockedLayer): CollectorComposition {
  const extensions = mapOrEmpty(config.extensions);
  const service = mapOrEmpty(config.service);
  const enabled = listOrEmpty(service?.extensions);
  const telemetry = mapOrEmpty(service?.telemetry);
  const resource = mapOrEmpty(telemetry?.resource);
  if (extensions === undefined) return refused('extensions must be a map');
  if (service === undefined) return refused('service must be a map');
  if (enabled === undefined) return refused('service.extensions must be a list');
  if (telemetry === undefined) return refused('service.telemetry must be a map');
  if (resource === undefined) return refused('service.telemetry.resource must be a map');

  const withMark = (mark: string): ConfigMap => {
    const added = watchingExtension(locked, mark);
    const names = Object.keys(added);
    return {
      ...config,
      extensions: { ...extensions, ...added },
      service: {
        ...service,
        extensions: [...enabled, ...names.filter((name) => !enabled.includes(name))],
        telemetry: {
          ...telemetry,
          resource: withAttributes(resource, literals(locked)),
        },
      },
    };
  };
  const mark = createHash('sha256')
    .update(locked.launchHash)
    .update(stringifyConfig(withMark('')))
    .update(JSON.stringify(own.files))
    .digest('hex');
  return {
    kind: 'composed',
    text: stringifyConfig(withMark(mark)),
    mark,
    companions: own.files,
    ownTelemetryRefusal: own.refusal,
  };
}

/** The attributes that identify the agent. A `$` would be read as the beginning of a variable. */
function literals({ instanceUid, resource }: LockedLayer): ConfigMap {
  return Object.fromEntries(
    Object.entries({ ...resource, 'service.instance.id': instanceUid }).map(([key, value]) => [
      key,
      value.replaceAll('$', '$$$$'),
    ]),
  );
}

/** The extension by which the Collector is watched, under its name; nothing where it has none. */
function watchingExtension(
  { instanceUid, watchedBy, includeResourceAttributes }: LockedLayer,
  mark: string,
): Readonly<Record<string, ConfigMap>> {
  switch (watchedBy.kind) {
    case 'opamp':
      return { opamp: opampExtension(instanceUid, watchedBy, includeResourceAttributes, mark) };
    case 'health_check':
      // A name of its own: the operator's may listen elsewhere, for others.
      return { 'health_check/drover': { endpoint: `127.0.0.1:${watchedBy.port}` } };
    case 'process':
      return {};
  }
}

function opampExtension(
  instanceUid: InstanceUid,
  { port, token }: Pick<LocalAddress, 'port' | 'token'>,
  includeResourceAttributes: boolean,
  mark: string,
): ConfigMap {
  return {
    instance_uid: instanceUid,
    server: {
      ws: {
        endpoint: `ws://127.0.0.1:${port}/v1/opamp`,
        headers: { Authorization: `Bearer ${token}`, [MARK_HEADER]: mark },
        tls: { insecure: true },
      },
    },
    capabilities: {
      reports_effective_config: true,
      reports_health: true,
      // The supervisor knows them from the program itself.
      reports_available_components: false,
    },
    ...(includeResourceAttributes ? { agent_description: { include_resource_attributes: true } } : {}),
  };
}

/** A key without a value is an empty map to the Collector. */
function mapOrEmpty(value: ConfigValue | undefined): ConfigMap | undefined {
  if (value === undefined || value === null) return {};
  return isConfigMap(value) ? value : undefined;
}

function listOrEmpty(value: ConfigValue | undefined): readonly ConfigValue[] | undefined {
  if (value === undefined || value === null) return [];
  return isConfigList(value) ? value : undefined;
}
