import { create, toBinary } from '@bufbuild/protobuf';
import {
  AgentDescriptionSchema,
  type AvailableComponents,
  AvailableComponentsSchema,
  type ComponentHealth,
  ComponentHealthSchema,
  ConnectionSettingsStatuses,
  ConnectionSettingsStatusSchema,
  CustomCapabilitiesSchema,
  RemoteConfigStatuses,
  RemoteConfigStatusSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { attributesToKeyValues } from '../wire/attributes.ts';
import { AGENT_GATES, type Gate } from '../wire/gates.ts';
import type { AgentDescriptionInit, RemoteConfigStatusInit } from './client-options.ts';

/** The parts of its state that the client reports, each with its field in AgentToServer. */
export const SYNCED_FIELDS = {
  description: 3,
  health: 5,
  effectiveConfig: 6,
  remoteConfigStatus: 7,
  packageStatuses: 8,
  customCapabilities: 12,
  availableComponents: 14,
  connectionSettingsStatus: 15,
} as const;

export type SyncedPart = keyof typeof SYNCED_FIELDS;

export const SYNCED_PARTS = Object.keys(SYNCED_FIELDS) as readonly SyncedPart[];

const ALWAYS: Gate = { agent: 0n, server: 0n };

/** The capabilities without which a part is never sent. */
export const PART_GATES: { readonly [part in SyncedPart]: Gate } = {
  ...AGENT_GATES,
  description: ALWAYS,
  customCapabilities: ALWAYS,
};

/**
 * What the server is to know, as the encodings that go out. The effective configuration is not kept: it is large, and
 * the agent has it.
 */
export class SyncedState {
  readonly #encodings = new Map<SyncedPart, Uint8Array>();

  get(part: SyncedPart): Uint8Array | undefined {
    return this.#encodings.get(part);
  }

  /** Returns whether that is news; the same state is not reported twice (specification: Agent Status Compression). */
  set(part: SyncedPart, encoding: Uint8Array): boolean {
    const before = this.#encodings.get(part);
    if (before !== undefined && Buffer.compare(before, encoding) === 0) return false;
    this.#encodings.set(part, encoding);
    return true;
  }
}

export function encodeDescription(description: AgentDescriptionInit): Uint8Array {
  const message = create(AgentDescriptionSchema, {
    identifyingAttributes: attributesToKeyValues(description.identifying),
    nonIdentifyingAttributes: attributesToKeyValues(description.nonIdentifying ?? {}),
  });
  return toBinary(AgentDescriptionSchema, message);
}

export function encodeHealth(health: ComponentHealth): Uint8Array {
  return toBinary(ComponentHealthSchema, health);
}

const STATUSES = {
  unset: RemoteConfigStatuses.RemoteConfigStatuses_UNSET,
  applying: RemoteConfigStatuses.RemoteConfigStatuses_APPLYING,
  applied: RemoteConfigStatuses.RemoteConfigStatuses_APPLIED,
  failed: RemoteConfigStatuses.RemoteConfigStatuses_FAILED,
} as const;

export function encodeRemoteConfigStatus(status: RemoteConfigStatusInit): Uint8Array {
  const message = create(RemoteConfigStatusSchema, {
    lastRemoteConfigHash: status.hash,
    status: STATUSES[status.status],
    errorMessage: status.errorMessage ?? '',
  });
  return toBinary(RemoteConfigStatusSchema, message);
}

export function encodeComponents(components: AvailableComponents): Uint8Array {
  return toBinary(AvailableComponentsSchema, components);
}

/** What is said of components until the server asks for the whole map (specification: AvailableComponents Message). */
export function encodeComponentsHash(components: AvailableComponents): Uint8Array {
  return toBinary(AvailableComponentsSchema, create(AvailableComponentsSchema, { hash: components.hash }));
}

const SETTINGS_STATUSES = {
  applying: ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLYING,
  applied: ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED,
  failed: ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED,
} as const;

export function encodeSettingsStatus(
  hash: Uint8Array,
  status: keyof typeof SETTINGS_STATUSES,
  errorMessage: string,
): Uint8Array {
  const message = create(ConnectionSettingsStatusSchema, {
    lastConnectionSettingsHash: hash,
    status: SETTINGS_STATUSES[status],
    errorMessage,
  });
  return toBinary(ConnectionSettingsStatusSchema, message);
}

export function encodeCustomCapabilities(capabilities: readonly string[]): Uint8Array {
  return toBinary(
    CustomCapabilitiesSchema,
    create(CustomCapabilitiesSchema, { capabilities: [...capabilities] }),
  );
}
