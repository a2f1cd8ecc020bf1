import { z } from 'zod';
import { PageQuerySchema, pageOf } from './page.ts';
import { HashSchema, InstanceUidSchema, SEARCH_MAX_CHARS, TimeSchema } from './values.ts';

export const ConnectionStateSchema = z.enum(['connected', 'stale', 'disconnected']);
export const ConfigStatusSchema = z.enum(['unset', 'applying', 'applied', 'failed']);
/** `unknown` where the agent has never reported health. */
export const HealthStateSchema = z.enum(['healthy', 'unhealthy', 'unknown']);
/** Desired against reported: `none` where nothing is desired, `pending` until the agent has said APPLIED or FAILED for the desired hash. */
/** Effective against intended configuration, by meaning: `unknown` where nothing is intended or there is nothing to compare. */
export const DriftStateSchema = z.enum(['none', 'drifted', 'unknown']);
export type DriftState = z.infer<typeof DriftStateSchema>;

export const SyncStateSchema = z.enum(['none', 'in_sync', 'pending', 'failed']);

/** Whether an operator, or a rule, lets this agent in: one that is `pending` may report and gets nothing. */
export const EnrolmentStateSchema = z.enum(['approved', 'pending', 'rejected', 'revoked']);
/**
 * What an agent shows to be let in: a credential of its `own`, one that was `offered` to it and that it has not used yet, one that it `failed` to
 * use, an enrolment token that it `shared` with others, a client `certificate`, or `none`.
 */
export const CredentialKindSchema = z.enum(['own', 'offered', 'failed', 'shared', 'certificate', 'none']);

export type ConnectionState = z.infer<typeof ConnectionStateSchema>;
export type ConfigStatus = z.infer<typeof ConfigStatusSchema>;
export type HealthState = z.infer<typeof HealthStateSchema>;
export type SyncState = z.infer<typeof SyncStateSchema>;
export type EnrolmentState = z.infer<typeof EnrolmentStateSchema>;
export type CredentialKind = z.infer<typeof CredentialKindSchema>;

/** Attribute values as JSON: int64 beyond 2^53 as decimal text, bytes as base64 text. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export const JsonValueSchema: z.ZodType<JsonValue> = z.json() as z.ZodType<JsonValue>;

export const AttributesSchema = z.record(z.string(), JsonValueSchema);
export const LabelsSchema = z
  .record(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/), z.string().max(255))
  .refine((labels) => Object.keys(labels).length <= 64, 'at most 64 labels');

export interface ComponentHealthView {
  healthy: boolean;
  status: string;
  lastError: string;
  startedAt: string | null;
  statusAt: string | null;
  components: Record<string, ComponentHealthView>;
}
export const ComponentHealthSchema: z.ZodType<ComponentHealthView> = z
  .object({
    healthy: z.boolean(),
    status: z.string(),
    lastError: z.string(),
    startedAt: TimeSchema.nullable(),
    statusAt: TimeSchema.nullable(),
    get components() {
      return z.record(z.string(), ComponentHealthSchema);
    },
  })
  .meta({ id: 'ComponentHealth' });

export const ConfigRefSchema = z.object({ name: z.string(), revision: z.number().int().positive() });

export const EnrolmentSchema = z
  .object({
    state: EnrolmentStateSchema,
    decidedBy: z
      .string()
      .nullable()
      .meta({ description: 'The operator, or the rule; null where nobody had to decide' }),
    decidedAt: TimeSchema.nullable(),
    credential: CredentialKindSchema,
    enrolmentToken: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The enrolment token that its connection came by' }),
    takesCredentials: z.boolean().meta({
      description:
        'It announces AcceptsOpAMPConnectionSettings; one that does not keeps the token that it shares',
    }),
  })
  .meta({ id: 'Enrolment' });
export type Enrolment = z.infer<typeof EnrolmentSchema>;

export const AgentSchema = z
  .object({
    instanceUid: InstanceUidSchema,
    displayName: z
      .string()
      .meta({ description: 'Chosen by an operator, else service.name, host name or the uid' }),
    labels: LabelsSchema,
    capabilities: z.array(z.string()),
    description: z.object({ identifying: AttributesSchema, nonIdentifying: AttributesSchema }),
    firstSeenAt: TimeSchema,
    connection: z.object({
      state: ConnectionStateSchema,
      transport: z.enum(['websocket', 'http']),
      remoteAddress: z.string(),
      since: TimeSchema.meta({ description: 'When the state began' }),
      lastMessageAt: TimeSchema,
    }),
    enrolment: EnrolmentSchema,
    health: ComponentHealthSchema.nullable(),
    remoteConfig: z.object({
      desired: z
        .object({
          hash: z.string().meta({
            description: 'Of what this agent is offered; empty where that cannot be made, see problem',
          }),
          configs: z.array(ConfigRefSchema),
          rolloutId: z.string().nullable(),
          assignedAt: TimeSchema,
          problem: z.string().nullable().meta({
            description: 'Why nothing can be offered: a variable has no value for this agent; else null',
          }),
        })
        .nullable(),
      status: ConfigStatusSchema,
      hash: z.string().meta({
        description: 'Hash of the last remote configuration that the agent says it received; empty for none',
      }),
      errorMessage: z.string(),
      inSync: z.boolean().nullable().meta({ description: 'null where nothing is desired' }),
      syncState: SyncStateSchema,
      drift: DriftStateSchema,
    }),
    effectiveConfig: z
      .object({
        files: z.record(z.string(), z.object({ body: z.string(), contentType: z.string() })),
        reportedAt: TimeSchema,
      })
      .nullable(),
    packages: z.record(z.string(), z.unknown()),
    connectionSettings: z.record(z.string(), z.unknown()),
    availableComponents: z.record(z.string(), z.unknown()).nullable(),
    customCapabilities: z.array(z.string()),
  })
  .meta({ id: 'Agent' });
export type Agent = z.infer<typeof AgentSchema>;

/** What a list shows of an agent: the same names as `Agent`, without the large parts. */
export const AgentSummarySchema = z
  .object({
    instanceUid: InstanceUidSchema,
    displayName: z.string(),
    labels: LabelsSchema,
    type: z.string().meta({ description: 'service.name, empty where not reported' }),
    version: z.string().meta({ description: 'service.version' }),
    hostName: z.string(),
    osType: z.string(),
    connection: AgentSchema.shape.connection,
    enrolment: EnrolmentSchema,
    health: z.object({ state: HealthStateSchema, status: z.string(), lastError: z.string() }),
    remoteConfig: z.object({
      configs: z
        .array(ConfigRefSchema)
        .meta({ description: 'Desired stack, empty where nothing is desired' }),
      status: ConfigStatusSchema,
      syncState: SyncStateSchema,
      drift: DriftStateSchema,
      errorMessage: z.string(),
    }),
    capabilities: z.array(z.string()),
    attributes: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Those that were asked for by `attributes` and that the agent reports, as text' }),
  })
  .meta({ id: 'AgentSummary' });
export type AgentSummary = z.infer<typeof AgentSummarySchema>;

const manyOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(item)).optional();

/** Filters narrow one another; a filter with several comma-separated values matches any of them. */
export const AgentFilterSchema = z.strictObject({
  selector: z.string().max(4096).optional(),
  state: manyOf(ConnectionStateSchema),
  health: manyOf(HealthStateSchema),
  sync: manyOf(SyncStateSchema),
  drift: manyOf(DriftStateSchema),
  effective: manyOf(HashSchema).meta({
    description: 'Agents that run one of these contents, by the hash that a search answers',
  }),
  runs: z.string().max(SEARCH_MAX_CHARS).optional().meta({
    description: 'Agents whose effective configuration a search finds, as `q` of /search',
  }),
  enrolment: manyOf(EnrolmentStateSchema),
  credential: manyOf(CredentialKindSchema),
  enrolmentToken: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Id of the enrolment token that the connection came by' }),
  type: z.string().max(256).optional(),
  version: z.string().max(256).optional(),
  config: z
    .string()
    .max(63)
    .optional()
    .meta({ description: 'Agents whose desired stack has this configuration' }),
  q: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'Words; each must occur in name, uid, host, type, version or labels' }),
});
/** Attributes that a list shows beside what it always does. */
const SHOWN_ATTRIBUTES_MAX = 16;
export const AgentListQuerySchema = AgentFilterSchema.extend(PageQuerySchema.shape).extend({
  attributes: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',') : value),
      z.array(z.string().min(1).max(256)).max(SHOWN_ATTRIBUTES_MAX),
    )
    .optional()
    .meta({ description: 'Keys of attributes that each agent is to be shown with, separated by commas' }),
});
export const AGENT_SORT_FIELDS = [
  'name',
  'type',
  'version',
  'host',
  'lastMessageAt',
  'since',
  'state',
  'health',
] as const;
export const AgentPageSchema = pageOf(AgentSummarySchema).meta({ id: 'AgentPage' });
export type AgentFilter = z.infer<typeof AgentFilterSchema>;
export type AgentListQuery = z.infer<typeof AgentListQuerySchema>;

export const AgentPatchSchema = z.strictObject({
  labels: LabelsSchema.optional().meta({ description: 'Replaces all labels' }),
  displayName: z
    .string()
    .max(128)
    .nullable()
    .optional()
    .meta({ description: 'null goes back to the reported name' }),
});
export type AgentPatch = z.infer<typeof AgentPatchSchema>;

export const AgentCommandSchema = z.strictObject({ type: z.literal('restart') });
export type AgentCommand = z.infer<typeof AgentCommandSchema>;

export const AGENT_EVENT_KINDS = [
  'first_seen',
  'connected',
  'disconnected',
  'stale',
  'described',
  'health_changed',
  'config_assigned',
  'config_offered',
  'config_applying',
  'config_applied',
  'config_failed',
  'config_tried',
  'effective_config_changed',
  'reasserted',
  'reassert_stopped',
  'restart_asked',
  'command_sent',
  'approval_pending',
  'approved',
  'rejected',
  'revoked',
  'credential_offered',
  'credential_used',
  'credential_failed',
  'credential_revoked',
  'credential_expired',
  'own_metrics_failed',
  'own_metrics_ended',
  'access_ended',
  'refused',
  'labels_changed',
  'renamed',
] as const;
export const AgentEventSchema = z
  .object({
    id: z.number().int(),
    at: TimeSchema,
    kind: z.enum(AGENT_EVENT_KINDS),
    detail: z.string().meta({ description: 'One line for people, e.g. the error an agent reported' }),
    data: z.record(z.string(), JsonValueSchema),
  })
  .meta({ id: 'AgentEvent' });
export type AgentEvent = z.infer<typeof AgentEventSchema>;
export type AgentEventKind = (typeof AGENT_EVENT_KINDS)[number];
export const AgentEventListQuerySchema = PageQuerySchema.extend({
  kind: manyOf(z.enum(AGENT_EVENT_KINDS)).meta({ description: 'Only these' }),
});
export const AgentEventPageSchema = pageOf(AgentEventSchema).meta({ id: 'AgentEventPage' });

/** Counts over the fleet, or over the agents that `AgentFilter` leaves. */
export const StatsSchema = z
  .object({
    total: z.number().int(),
    state: z.record(ConnectionStateSchema, z.number().int()),
    health: z.record(HealthStateSchema, z.number().int()),
    sync: z.record(SyncStateSchema, z.number().int()),
    drift: z.record(DriftStateSchema, z.number().int()),
    configStatus: z.record(ConfigStatusSchema, z.number().int()),
    enrolment: z.record(EnrolmentStateSchema, z.number().int()),
    credential: z.record(CredentialKindSchema, z.number().int()),
    type: z
      .array(z.object({ value: z.string(), count: z.number().int() }))
      .meta({ description: 'Most frequent first, at most 50' }),
    version: z.array(z.object({ value: z.string(), count: z.number().int() })),
    silentConnections: z.number().int().meta({ description: 'Links that have not said who they are' }),
  })
  .meta({ id: 'Stats' });
export type Stats = z.infer<typeof StatsSchema>;
