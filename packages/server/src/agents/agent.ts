import type { ConfigStatus, ConnectionState, DriftState, HealthState, SyncState } from '@drover/api';
import type { InstanceUid } from '@drover/opamp';
import {
  type Access,
  APPROVED,
  afterConnect,
  type Enrolment,
  NO_ACCESS,
  type OwnCredential,
} from './enrolment.ts';

export type { InstanceUid } from '@drover/opamp';

export type Transport = 'websocket' | 'http';
export type Labels = Readonly<Record<string, string>>;

/** Attributes of the description as texts, keys and values in turn: a third of the memory of an object, and any key is just a key. */
export type Attributes = readonly string[];

/** The parts of an agent's report that outlive the connection, as the protocol's own encoding: bytes to the domain. */
export const PART_NAMES = [
  'description',
  'health',
  'effectiveConfig',
  'remoteConfigStatus',
  'packageStatuses',
  'customCapabilities',
  'availableComponents',
  'connectionSettingsStatus',
] as const;
export type PartName = (typeof PART_NAMES)[number];

/** All of what the remote configuration status says is in the record: writing the part too would cost each rollout a write of all parts. */
export const STORED_PART_NAMES = PART_NAMES.filter(
  (name): name is StoredPartName => name !== 'remoteConfigStatus',
);
export type StoredPartName = Exclude<PartName, 'remoteConfigStatus'>;

export type ReportedParts = { readonly [name in PartName]?: Uint8Array };

export interface HealthSummary {
  readonly state: HealthState;
  readonly status: string;
  readonly lastError: string;
}

/** What the agent says of the last remote configuration that it received; `hash` is lower-case hex, empty for none. */
export interface ConfigReport {
  readonly status: ConfigStatus;
  readonly hash: string;
  readonly errorMessage: string;
}

export interface ConfigRef {
  readonly name: string;
  readonly revision: number;
}

/** What operators decided for an agent, as far as its view shows it. */
export interface DesiredSummary {
  readonly hash: string;
  readonly configs: readonly ConfigRef[];
  readonly rolloutId: string | null;
  readonly assignedAtMs: number;
  /** Why there is nothing that could be offered, the hash is empty then: a variable has no value for this agent. */
  readonly problem?: string | null;
}

export interface Connection {
  readonly state: ConnectionState;
  readonly transport: Transport;
  readonly remoteAddress: string;
  /** When the state began. */
  readonly sinceMs: number;
}

/** One agent as the fleet knows it. Replaced as a whole when something changes; heartbeats change nothing in it. */
export interface AgentRecord {
  readonly uid: InstanceUid;
  readonly displayNameOverride: string | null;
  readonly labels: Labels;
  readonly attributes: Attributes;
  readonly capabilities: bigint;
  readonly health: HealthSummary;
  readonly config: ConfigReport;
  readonly desired: DesiredSummary | null;
  readonly connection: Connection;
  /** The client certificate that the uid is bound to, where its authority is the operator's; null where it came without one. */
  readonly certificate: string | null;
  readonly enrolment: Enrolment;
  readonly access: Access;
  readonly ownCredential: OwnCredential;
  readonly firstSeenAtMs: number;
  readonly effectiveConfigAtMs: number | null;
  /** In how many things it runs something else than it is meant to; null where that was not judged. */
  readonly drift: number | null;
  /** Names the content that it says that it runs, see `EffectiveContents`; null while that was not read. Not stored. */
  readonly effectiveContent: string | null;
}

/** What one message changed. A field that is absent was not reported and stays; one that is there replaces. */
export interface AgentReport {
  readonly sequenceNum: bigint;
  readonly capabilities: bigint;
  /** Own copies of the bytes, of the changed parts. */
  readonly parts: ReportedParts;
  /** Identifying and non-identifying together, keys and values in turn, of a key that is there twice the last counts; values that are no text as JSON. */
  readonly attributes?: readonly string[];
  readonly health?: HealthSummary;
  readonly config?: ConfigReport;
}

/** A link to an agent that came up. */
export interface AgentLink {
  readonly transport: Transport;
  readonly remoteAddress: string;
  readonly sequenceNum: bigint;
  readonly capabilities: bigint;
  readonly certificate?: string | undefined;
  /** Nothing where it is left out. */
  readonly access?: Access | undefined;
  /** What holds for a new agent that comes by this link, and for one that waits for approval; approved where it is left out. */
  readonly enrolment?: Enrolment | undefined;
}

export type DisconnectReason = 'agent_disconnect' | 'closed' | 'silent' | 'replaced' | 'cut' | 'drained';

export const NO_LABELS: Labels = Object.freeze({});
export const NO_ATTRIBUTES: Attributes = Object.freeze([]);
export const UNKNOWN_HEALTH: HealthSummary = Object.freeze({ state: 'unknown', status: '', lastError: '' });
export const NO_CONFIG: ConfigReport = Object.freeze({ status: 'unset', hash: '', errorMessage: '' });

/** Limits of what is kept for selectors and lists; the description itself is kept whole. */
export const ATTRIBUTES_MAX = 128;
export const ATTRIBUTE_VALUE_MAX_CHARS = 1024;

export function attributeOf(attributes: Attributes, key: string): string | undefined {
  for (let at = 0; at < attributes.length; at += 2) if (attributes[at] === key) return attributes[at + 1];
  return undefined;
}

export function typeOf(record: AgentRecord): string {
  return attributeOf(record.attributes, 'service.name') ?? '';
}

export function versionOf(record: AgentRecord): string {
  return attributeOf(record.attributes, 'service.version') ?? '';
}

/** Type and version in one text; `splitBuild` takes it apart. */
export function buildOf(record: AgentRecord): string {
  return `${typeOf(record)}\0${versionOf(record)}`;
}

export function splitBuild(build: string): { readonly type: string; readonly version: string } {
  const [type = '', version = ''] = build.split('\0');
  return { type, version };
}

export function hostNameOf(record: AgentRecord): string {
  return attributeOf(record.attributes, 'host.name') ?? '';
}

export function osTypeOf(record: AgentRecord): string {
  return attributeOf(record.attributes, 'os.type') ?? '';
}

/** An operator's choice, else service name, host name or the uid. */
export function displayNameOf(record: AgentRecord): string {
  if (record.displayNameOverride !== null && record.displayNameOverride !== '')
    return record.displayNameOverride;
  return typeOf(record) || hostNameOf(record) || record.uid;
}

/** Desired against reported. A status of another hash says nothing of the desired one. */
export function syncStateOf({ desired, config }: Pick<AgentRecord, 'desired' | 'config'>): SyncState {
  if (desired === null) return 'none';
  if (desired.problem) return 'failed';
  if (config.hash !== desired.hash) return 'pending';
  if (config.status === 'applied') return 'in_sync';
  return config.status === 'failed' ? 'failed' : 'pending';
}

/** Effective against intended configuration. */
export function driftStateOf({ desired, drift }: Pick<AgentRecord, 'desired' | 'drift'>): DriftState {
  if (desired === null || drift === null) return 'unknown';
  return drift === 0 ? 'none' : 'drifted';
}

/** A status of UNSET without a hash is sent by nearly every client in its first report and says nothing. */
export function isUnsetConfig(config: ConfigReport): boolean {
  return config.status === 'unset' && config.hash === '';
}

export function sameHealth(a: HealthSummary, b: HealthSummary): boolean {
  return a.state === b.state && a.status === b.status && a.lastError === b.lastError;
}

export function sameConfig(a: ConfigReport, b: ConfigReport): boolean {
  return a.status === b.status && a.hash === b.hash && a.errorMessage === b.errorMessage;
}

export function newAgent(uid: InstanceUid, link: AgentLink, nowMs: number): AgentRecord {
  return {
    uid,
    displayNameOverride: null,
    labels: NO_LABELS,
    attributes: NO_ATTRIBUTES,
    capabilities: link.capabilities,
    health: UNKNOWN_HEALTH,
    config: NO_CONFIG,
    desired: null,
    connection: {
      state: 'connected',
      transport: link.transport,
      remoteAddress: link.remoteAddress,
      sinceMs: nowMs,
    },
    certificate: link.certificate ?? null,
    enrolment: afterConnect(undefined, link.enrolment ?? APPROVED, nowMs),
    access: link.access ?? NO_ACCESS,
    ownCredential: 'none',
    firstSeenAtMs: nowMs,
    effectiveConfigAtMs: null,
    drift: null,
    effectiveContent: null,
  };
}

/** The record after a report. The same object where the report says nothing new of what a record holds. */
export function afterReport(record: AgentRecord, report: AgentReport, nowMs: number): AgentRecord {
  const health =
    report.health !== undefined && !sameHealth(report.health, record.health) ? report.health : record.health;
  const config =
    report.config !== undefined && !sameConfig(report.config, record.config) ? report.config : record.config;
  const attributes =
    report.attributes === undefined ? record.attributes : attributesOf(report.attributes, record.attributes);
  const effectiveConfigAtMs = report.parts.effectiveConfig === undefined ? record.effectiveConfigAtMs : nowMs;
  if (
    health === record.health &&
    config === record.config &&
    attributes === record.attributes &&
    effectiveConfigAtMs === record.effectiveConfigAtMs &&
    report.capabilities === record.capabilities
  ) {
    return record;
  }
  return { ...record, health, config, attributes, effectiveConfigAtMs, capabilities: report.capabilities };
}

/** Each key once, within the limits of what is kept; `known` itself where it says the same. */
export function attributesOf(texts: readonly string[], known: Attributes = NO_ATTRIBUTES): Attributes {
  const attributes: string[] = [];
  for (let from = 0; from + 1 < texts.length; from += 2) {
    const key = texts[from] ?? '';
    const value = texts[from + 1] ?? '';
    const text = value.length > ATTRIBUTE_VALUE_MAX_CHARS ? value.slice(0, ATTRIBUTE_VALUE_MAX_CHARS) : value;
    const at = placeOf(key, attributes);
    if (at < attributes.length) attributes[at + 1] = text;
    else if (at < 2 * ATTRIBUTES_MAX) attributes.push(key, text);
  }
  const isSame = attributes.length === known.length && attributes.every((text, at) => text === known[at]);
  return isSame ? known : attributes;
}

function placeOf(key: string, attributes: readonly string[]): number {
  let at = 0;
  while (at < attributes.length && attributes[at] !== key) at += 2;
  return at;
}
