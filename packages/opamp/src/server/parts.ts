import type { DescMessage } from '@bufbuild/protobuf';
import {
  AgentDescriptionSchema,
  AvailableComponentsSchema,
  ComponentHealthSchema,
  ConnectionSettingsRequestSchema,
  ConnectionSettingsStatusSchema,
  CustomCapabilitiesSchema,
  CustomMessageSchema,
  EffectiveConfigSchema,
  PackageStatusesSchema,
  RemoteConfigStatusSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { AGENT_GATES, type Gate } from '../wire/gates.ts';
import type { PartName } from './server-options.ts';

export const FIELD_DESCRIPTION = 3;
export const FIELD_AGENT_DISCONNECT = 9;
export const FIELD_COMPONENTS = 14;
export const FIELD_SETTINGS_REQUEST = 11;
export const FIELD_CUSTOM_MESSAGE = 13;

/** One of the compressible parts: its field in AgentToServer and the capability bit that promises it. */
export interface Part {
  readonly name: PartName;
  readonly field: number;
  readonly schema: DescMessage;
  /** 0 where no capability announces the part. */
  readonly capability: number;
}

/** All bits are below 2^31, so that a number does. */
const bit = (gate: Gate): number => Number(gate.agent);

/** The parts that status compression may leave out (specification: Agent Status Compression). */
export const PARTS: readonly Part[] = [
  { name: 'description', field: 3, schema: AgentDescriptionSchema, capability: 0 },
  { name: 'health', field: 5, schema: ComponentHealthSchema, capability: bit(AGENT_GATES.health) },
  {
    name: 'effectiveConfig',
    field: 6,
    schema: EffectiveConfigSchema,
    capability: bit(AGENT_GATES.effectiveConfig),
  },
  {
    name: 'remoteConfigStatus',
    field: 7,
    schema: RemoteConfigStatusSchema,
    capability: bit(AGENT_GATES.remoteConfigStatus),
  },
  {
    name: 'packageStatuses',
    field: 8,
    schema: PackageStatusesSchema,
    capability: bit(AGENT_GATES.packageStatuses),
  },
  { name: 'customCapabilities', field: 12, schema: CustomCapabilitiesSchema, capability: 0 },
  {
    name: 'availableComponents',
    field: 14,
    schema: AvailableComponentsSchema,
    capability: bit(AGENT_GATES.availableComponents),
  },
  {
    name: 'connectionSettingsStatus',
    field: 15,
    schema: ConnectionSettingsStatusSchema,
    capability: bit(AGENT_GATES.connectionSettingsStatus),
  },
];

/** Fields that are said once and are no state: they are checked for validity, and their place is kept. */
export const ONE_SHOTS: readonly { readonly field: number; readonly schema: DescMessage }[] = [
  { field: FIELD_SETTINGS_REQUEST, schema: ConnectionSettingsRequestSchema },
  { field: FIELD_CUSTOM_MESSAGE, schema: CustomMessageSchema },
];

/**
 * The fields that a full report of an agent with these capabilities carries. A description is always expected;
 * custom capabilities are announced by nothing and so never missed.
 */
export function promisedFields(capabilities: number): number {
  let fields = 1 << FIELD_DESCRIPTION;
  for (const part of PARTS) if ((capabilities & part.capability) !== 0) fields |= 1 << part.field;
  return fields;
}
