import type { Agent, ComponentHealthView, JsonValue } from '@drover/api';
import { maskSecretsInText, TokenBudget } from '@drover/collector-config';
import {
  AgentDescriptionSchema,
  type AvailableComponents,
  AvailableComponentsSchema,
  type ComponentDetails,
  type ComponentHealth,
  ComponentHealthSchema,
  ConnectionSettingsStatusSchema,
  CustomCapabilitiesSchema,
  decodeMessage,
  EffectiveConfigSchema,
  type PackageStatus,
  PackageStatusesSchema,
} from '@drover/opamp';
import type { ReportedParts } from '../agents/agent.ts';
import { attributesToJson } from './attribute-json.ts';

/** The large parts of one agent, as REST shows them. */
export type PartsView = Pick<
  Agent,
  'description' | 'health' | 'packages' | 'connectionSettings' | 'availableComponents' | 'customCapabilities'
> & { readonly effectiveFiles: NonNullable<Agent['effectiveConfig']>['files'] | null };

const PACKAGE_STATUSES = [
  'installed',
  'install_pending',
  'installing',
  'install_failed',
  'downloading',
] as const;
const SETTINGS_STATUSES = ['unset', 'applied', 'applying', 'failed'] as const;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function timeOfNanos(nanos: bigint): string | null {
  const ms = Number(nanos / 1_000_000n);
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
}

function healthView(message: ComponentHealth): ComponentHealthView {
  const components: Record<string, ComponentHealthView> = Object.create(null);
  for (const [name, part] of Object.entries(message.componentHealthMap)) components[name] = healthView(part);
  return {
    healthy: message.healthy,
    status: message.status,
    lastError: message.lastError,
    startedAt: timeOfNanos(message.startTimeUnixNano),
    statusAt: timeOfNanos(message.statusTimeUnixNano),
    components,
  };
}

function componentView(details: ComponentDetails): JsonValue {
  const components: Record<string, JsonValue> = Object.create(null);
  for (const [name, part] of Object.entries(details.subComponentMap)) components[name] = componentView(part);
  return { metadata: attributesToJson(details.metadata), components };
}

/** Each kind (`receivers`) with its components by name, and the metadata of each. */
function componentsView(message: AvailableComponents): Record<string, unknown> {
  const kinds: Record<string, JsonValue> = Object.create(null);
  for (const [kind, { subComponentMap }] of Object.entries(message.components)) {
    const components: Record<string, JsonValue> = Object.create(null);
    for (const [name, part] of Object.entries(subComponentMap)) components[name] = componentView(part);
    kinds[kind] = components;
  }
  return { hash: hex(message.hash), components: kinds };
}

function packageView(status: PackageStatus): JsonValue {
  return {
    version: status.agentHasVersion,
    hash: hex(status.agentHasHash),
    offeredVersion: status.serverOfferedVersion,
    offeredHash: hex(status.serverOfferedHash),
    status: PACKAGE_STATUSES[status.status] ?? 'unknown',
    errorMessage: status.errorMessage,
  };
}

function effectiveFiles(bytes: Uint8Array): PartsView['effectiveFiles'] {
  const decoded = decodeMessage(EffectiveConfigSchema, bytes);
  if (decoded.kind !== 'message') return null;
  const files: Record<string, { body: string; contentType: string }> = Object.create(null);
  const budget = new TokenBudget();
  for (const [name, file] of Object.entries(decoded.message.configMap?.configMap ?? {})) {
    const body = maskSecretsInText(Buffer.from(file.body).toString('utf8'), budget);
    files[name] = { body, contentType: file.contentType };
  }
  return files;
}

/** Decodes every part of one agent. Fields known to hold secrets are masked in what it runs. */
export function viewOfParts(parts: ReportedParts): PartsView {
  const description = parts.description && decodeMessage(AgentDescriptionSchema, parts.description);
  const health = parts.health && decodeMessage(ComponentHealthSchema, parts.health);
  const packages = parts.packageStatuses && decodeMessage(PackageStatusesSchema, parts.packageStatuses);
  const components =
    parts.availableComponents && decodeMessage(AvailableComponentsSchema, parts.availableComponents);
  const custom =
    parts.customCapabilities && decodeMessage(CustomCapabilitiesSchema, parts.customCapabilities);
  const settings =
    parts.connectionSettingsStatus &&
    decodeMessage(ConnectionSettingsStatusSchema, parts.connectionSettingsStatus);
  return {
    description:
      description?.kind === 'message'
        ? {
            identifying: attributesToJson(description.message.identifyingAttributes),
            nonIdentifying: attributesToJson(description.message.nonIdentifyingAttributes),
          }
        : { identifying: {}, nonIdentifying: {} },
    health: health?.kind === 'message' ? healthView(health.message) : null,
    packages:
      packages?.kind === 'message'
        ? Object.fromEntries(
            Object.entries(packages.message.packages).map(([name, each]) => [name, packageView(each)]),
          )
        : {},
    connectionSettings:
      settings?.kind === 'message'
        ? {
            hash: hex(settings.message.lastConnectionSettingsHash),
            status: SETTINGS_STATUSES[settings.message.status] ?? 'unknown',
            errorMessage: settings.message.errorMessage,
          }
        : {},
    availableComponents: components?.kind === 'message' ? componentsView(components.message) : null,
    customCapabilities: custom?.kind === 'message' ? [...custom.message.capabilities] : [],
    effectiveFiles: parts.effectiveConfig === undefined ? null : effectiveFiles(parts.effectiveConfig),
  };
}

/** Bodies of an encoded effectiveConfig part by name, as they were reported; undefined where it cannot be read. */
export function effectiveBodies(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const decoded = decodeMessage(EffectiveConfigSchema, bytes);
  if (decoded.kind !== 'message') return undefined;
  const files = Object.entries(decoded.message.configMap?.configMap ?? {});
  return new Map(files.map(([name, { body }]) => [name, Buffer.from(body).toString('utf8')]));
}

/** The hash of an encoded availableComponents part in lower-case hex; undefined where it holds none. */
export function componentsHash(bytes: Uint8Array): string | undefined {
  const decoded = decodeMessage(AvailableComponentsSchema, bytes);
  return decoded.kind === 'message' && decoded.message.hash.length > 0
    ? hex(decoded.message.hash)
    : undefined;
}

/** The names of the components that an agent has, by kind (`receivers` → names); undefined where it never said. */
export function componentNames(bytes: Uint8Array): Readonly<Record<string, readonly string[]>> | undefined {
  const decoded = decodeMessage(AvailableComponentsSchema, bytes);
  if (decoded.kind !== 'message') return undefined;
  const names: Record<string, readonly string[]> = Object.create(null);
  for (const [kind, { subComponentMap }] of Object.entries(decoded.message.components)) {
    names[kind] = Object.keys(subComponentMap);
  }
  return names;
}
