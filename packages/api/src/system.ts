import { z } from 'zod';
import { pageOf } from './page.ts';
import { NameSchema, TimeSchema } from './values.ts';

export const EnrolmentTokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: TimeSchema,
    createdBy: z.string(),
    expiresAt: TimeSchema.nullable(),
    lastUsedAt: TimeSchema.nullable(),
    autoApprove: z.boolean().meta({
      description: 'Where `agents.enrolment` is `approval`: agents that come with it need no operator',
    }),
    agents: z
      .object({
        connected: z.number().int(),
        known: z.number().int(),
      })
      .meta({ description: 'Whose last connection came by it: deleting it ends those that are connected' }),
  })
  .meta({ id: 'EnrolmentToken' });
export type EnrolmentToken = z.infer<typeof EnrolmentTokenSchema>;
export const EnrolmentTokenPageSchema = pageOf(EnrolmentTokenSchema).meta({ id: 'EnrolmentTokenPage' });

export const EnrolmentTokenCreateSchema = z.strictObject({
  name: NameSchema,
  expiresAt: TimeSchema.optional(),
  autoApprove: z.boolean().optional(),
});
export type EnrolmentTokenCreate = z.infer<typeof EnrolmentTokenCreateSchema>;
export const EnrolmentTokenCreatedSchema = EnrolmentTokenSchema.extend({
  token: z.string().meta({ description: 'Shown this once' }),
}).meta({ id: 'EnrolmentTokenCreated' });
export type EnrolmentTokenCreated = z.infer<typeof EnrolmentTokenCreatedSchema>;

/** Trades the one-time login token of the printed link, or the admin token, for a session cookie. */
export const LoginSchema = z.strictObject({ token: z.string().min(1).max(512) });
export const SessionSchema = z
  .object({
    user: z.string(),
    csrfToken: z.string().meta({ description: 'Send as X-CSRF-Token with each write' }),
    expiresAt: TimeSchema,
    lastEventId: z
      .string()
      .meta({ description: 'For `GET /events`, which then begins with what happened after this answer' }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof SessionSchema>;

export const SelfSchema = z
  .object({
    version: z.string(),
    startedAt: TimeSchema,
    opampUrl: z.string(),
    enrolment: z.enum(['open', 'token', 'approval', 'mtls']),
    database: z.enum(['sqlite', 'postgres']),
    consoleBuild: z.string().nullable().meta({
      description:
        'Names the build of the console that is served; null where none is. Pages carry that which they are of.',
    }),
  })
  .meta({ id: 'Self' });
export type Self = z.infer<typeof SelfSchema>;

/** Names of server-sent events on GET /api/v1/events. `reset` means: what you hold may be old, read again. */
export const LiveEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agent.changed'), instanceUids: z.array(z.string()) }),
  z.object({ type: z.literal('agent.removed'), instanceUids: z.array(z.string()) }),
  z.object({ type: z.literal('config.changed'), name: z.string() }),
  z.object({ type: z.literal('config_draft.changed'), name: z.string() }),
  z.object({ type: z.literal('secret.changed'), name: z.string() }),
  z.object({ type: z.literal('rollout.changed'), id: z.string() }),
  z.object({ type: z.literal('enrolment_token.changed'), id: z.string() }),
  z.object({
    type: z.literal('activity.added'),
    id: z.number().int().meta({ description: 'The newest; several at once are told once' }),
  }),
  z.object({ type: z.literal('view.changed'), name: z.string() }),
  z.object({ type: z.literal('reset') }),
]);
export type LiveEvent = z.infer<typeof LiveEventSchema>;
