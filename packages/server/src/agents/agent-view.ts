import type { Agent, AgentSummary, Enrolment as EnrolmentView } from '@drover/api';
import { agentCapabilityNames } from '@drover/opamp';
import { timeText } from '../lib/page.ts';
import {
  type AgentRecord,
  attributeOf,
  type ConfigRef,
  displayNameOf,
  driftStateOf,
  hostNameOf,
  osTypeOf,
  type ReportedParts,
  syncStateOf,
  typeOf,
  versionOf,
} from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import { credentialKindOf, takesCredentials } from './enrolment.ts';

/** The large parts of one agent, decoded. */
export type DecodedParts = Pick<
  Agent,
  'description' | 'health' | 'packages' | 'connectionSettings' | 'availableComponents' | 'customCapabilities'
> & { readonly effectiveFiles: NonNullable<Agent['effectiveConfig']>['files'] | null };

/** What the domain asks of the one that knows the protocol's encoding. */
export interface PartsDecoder {
  /** As `AgentReport.attributes`; undefined where the description cannot be read. */
  attributes(description: Uint8Array): readonly string[] | undefined;
  view(parts: ReportedParts): DecodedParts;
  /** The hash of an encoded availableComponents part in lower-case hex; undefined where it holds none. */
  componentsHash?(bytes: Uint8Array): string | undefined;
  /** Names of the components by kind (`receivers` → names) of an encoded availableComponents part. */
  componentNames(bytes: Uint8Array): Readonly<Record<string, readonly string[]>> | undefined;
  /** Bodies of an encoded effectiveConfig part by name, as they were reported; undefined where it cannot be read. */
  effectiveBodies?(bytes: Uint8Array): ReadonlyMap<string, string> | undefined;
}

function connectionOf({ record, lastMessageAtMs }: AgentEntry): Agent['connection'] {
  const { state, transport, remoteAddress, sinceMs } = record.connection;
  return {
    state,
    transport,
    remoteAddress,
    since: timeText(sinceMs),
    lastMessageAt: timeText(lastMessageAtMs),
  };
}

function enrolmentOf(record: AgentRecord): EnrolmentView {
  const { enrolment, ownCredential, access } = record;
  return {
    state: enrolment.state,
    decidedBy: enrolment.by,
    decidedAt: enrolment.atMs === null ? null : timeText(enrolment.atMs),
    credential: credentialKindOf(ownCredential, access),
    enrolmentToken: access.token,
    takesCredentials: takesCredentials(record),
  };
}

function refsOf(record: AgentRecord): ConfigRef[] {
  return record.desired === null ? [] : [...record.desired.configs];
}

/** What a list shows of an agent, with these of its attributes. */
export function agentSummaryOf(entry: AgentEntry, attributes: readonly string[] = []): AgentSummary {
  const { record } = entry;
  return {
    instanceUid: record.uid,
    displayName: displayNameOf(record),
    labels: record.labels,
    type: typeOf(record),
    version: versionOf(record),
    hostName: hostNameOf(record),
    osType: osTypeOf(record),
    connection: connectionOf(entry),
    enrolment: enrolmentOf(record),
    health: record.health,
    remoteConfig: {
      configs: refsOf(record),
      status: record.config.status,
      syncState: syncStateOf(record),
      drift: driftStateOf(record),
      errorMessage: record.config.errorMessage,
    },
    capabilities: agentCapabilityNames(record.capabilities),
    ...(attributes.length === 0 ? {} : { attributes: shownAttributes(record, attributes) }),
  };
}

function shownAttributes(record: AgentRecord, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = attributeOf(record.attributes, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** All that is known of one agent. */
export function agentViewOf(entry: AgentEntry, decoded: DecodedParts): Agent {
  const { record } = entry;
  const { desired, config, effectiveConfigAtMs } = record;
  const { effectiveFiles, ...parts } = decoded;
  const syncState = syncStateOf(record);
  return {
    instanceUid: record.uid,
    displayName: displayNameOf(record),
    labels: record.labels,
    capabilities: agentCapabilityNames(record.capabilities),
    ...parts,
    firstSeenAt: timeText(record.firstSeenAtMs),
    connection: connectionOf(entry),
    enrolment: enrolmentOf(record),
    remoteConfig: {
      desired:
        desired === null
          ? null
          : {
              hash: desired.hash,
              configs: refsOf(record),
              rolloutId: desired.rolloutId,
              problem: desired.problem ?? null,
              assignedAt: timeText(desired.assignedAtMs),
            },
      status: config.status,
      hash: config.hash,
      errorMessage: config.errorMessage,
      inSync: desired === null ? null : syncState === 'in_sync',
      syncState,
      drift: driftStateOf(record),
    },
    effectiveConfig:
      effectiveFiles === null
        ? null
        : { files: effectiveFiles, reportedAt: timeText(effectiveConfigAtMs ?? entry.lastMessageAtMs) },
  };
}
