import { z } from 'zod';
import { AgentEventSchema, JsonValueSchema } from './agents.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { InstanceUidSchema, TimeSchema } from './values.ts';

/** What operators do, and the server of its own accord. A newer server may know more. */
export const ACTIVITY_KINDS = [
  'config.written',
  'config.described',
  'config.deleted',
  'draft.started',
  'draft.discarded',
  'secret.set',
  'secret.deleted',
  'component_schemas.stored',
  'component_schemas.deleted',
  'rollout.started',
  'rollout.wave_passed',
  'rollout.waits',
  'rollout.halted',
  'rollout.paused',
  'rollout.resumed',
  'rollout.approved',
  'rollout.retried',
  'rollout.aborted',
  'rollout.rolled_back',
  'rollout.succeeded',
  'rollout.failed',
  'agents.changed',
  'agents.restarted',
  'agents.reasserted',
  'agents.own_metrics_retried',
  'agents.forgotten',
  'agents.approved',
  'agents.rejected',
  'agents.revoked',
  'credentials.rotated',
  'credentials.deleted',
  'enrolment_token.created',
  'enrolment_token.deleted',
  'view.saved',
  'view.deleted',
  'session.started',
  'session.ended',
  'server.started',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** On what: `agents` is a selection of several. */
export const ACTIVITY_SUBJECTS = [
  'config',
  'draft',
  'secret',
  'component_schemas',
  'rollout',
  'agent',
  'agents',
  'enrolment_token',
  'view',
  'session',
  'server',
] as const;
export type ActivitySubject = (typeof ACTIVITY_SUBJECTS)[number];

/** The author of what the server does of its own accord. */
export const SERVER_AUTHOR = 'drover';

export const ActivityEntrySchema = z
  .object({
    id: z.number().int(),
    at: TimeSchema,
    author: z.string().meta({
      description: `Who did it; \`${SERVER_AUTHOR}\` for what the server does of its own accord`,
    }),
    kind: z.enum(ACTIVITY_KINDS),
    subject: z
      .object({
        kind: z.enum(ACTIVITY_SUBJECTS),
        id: z.string().meta({ description: 'Name, uid or id; the selector of several agents' }),
        name: z.string().meta({ description: 'What it was called at that time' }),
      })
      .meta({ description: 'On what' }),
    detail: z.string().meta({ description: 'One line for people' }),
    data: z.record(z.string(), JsonValueSchema),
    address: z.string().nullable().meta({ description: 'Of the client; null for the server itself' }),
  })
  .meta({ id: 'ActivityEntry' });
export type ActivityEntry = z.infer<typeof ActivityEntrySchema>;
export const ActivityPageSchema = pageOf(ActivityEntrySchema).meta({ id: 'ActivityPage' });

const manyOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(item)).optional();

/** Filters narrow one another. */
export const ActivityFilterSchema = z.strictObject({
  kind: manyOf(z.enum(ACTIVITY_KINDS)),
  author: z.string().max(256).optional(),
  subject: z
    .string()
    .max(512)
    .regex(new RegExp(`^(?:${ACTIVITY_SUBJECTS.join('|')})(?::.*)?$`), 'a kind of subject, or kind:id')
    .optional()
    .meta({ description: '`rollout`, or one of them: `config:edge`' }),
  q: z.string().max(256).optional().meta({ description: 'Words; each must occur in subject or detail' }),
  since: TimeSchema.optional().meta({ description: 'From this time on' }),
  until: TimeSchema.optional().meta({ description: 'Before this time' }),
});
export type ActivityFilter = z.infer<typeof ActivityFilterSchema>;
export const ActivityListQuerySchema = ActivityFilterSchema.extend(
  PageQuerySchema.omit({ sort: true }).shape,
);
export type ActivityListQuery = z.infer<typeof ActivityListQuerySchema>;

export const ACTIVITY_EXPORT_FORMATS = ['csv', 'json'] as const;
export type ActivityExportFormat = (typeof ACTIVITY_EXPORT_FORMATS)[number];
export const ActivityExportQuerySchema = ActivityFilterSchema.extend({
  format: z.enum(ACTIVITY_EXPORT_FORMATS).default('json'),
});

/** One event of the timelines of all agents. */
export const FleetEventSchema = AgentEventSchema.extend({
  instanceUid: InstanceUidSchema,
  displayName: z.string().meta({ description: 'Of the agent now' }),
}).meta({ id: 'FleetEvent' });
export type FleetEvent = z.infer<typeof FleetEventSchema>;
export const FleetEventPageSchema = z
  .object({
    items: z.array(FleetEventSchema),
    nextCursor: z.string().nullable().meta({
      description: 'A page may hold less than was asked for, and be followed by others all the same',
    }),
    searchedTo: TimeSchema.nullable().meta({
      description: 'Time of the oldest event that was looked at; null where there was none',
    }),
  })
  .meta({ id: 'FleetEventPage' });
export type FleetEventPage = z.infer<typeof FleetEventPageSchema>;
export const FleetEventListQuerySchema = PageQuerySchema.omit({ sort: true }).extend({
  kind: manyOf(AgentEventSchema.shape.kind),
  selector: z.string().max(4096).optional(),
  instanceUid: InstanceUidSchema.optional(),
});
export type FleetEventListQuery = z.infer<typeof FleetEventListQuerySchema>;
