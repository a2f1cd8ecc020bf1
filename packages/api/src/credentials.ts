import { z } from 'zod';
import { ConnectionStateSchema } from './agents.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { InstanceUidSchema, TimeSchema } from './values.ts';

/** Agents that one act may name by their uids. */
export const SELECTION_MAX = 10_000;

/** Which agents an act is for: those that match now, or these. By a selector only what is beyond doubt is changed: who was rejected or revoked is named by uid. */
export const AgentSelectionSchema = z
  .strictObject({
    selector: z.string().max(4096).optional().meta({ description: 'The empty one matches every agent' }),
    instanceUids: z.array(InstanceUidSchema).min(1).max(SELECTION_MAX).optional(),
  })
  .refine(
    ({ selector, instanceUids }) => (selector === undefined) !== (instanceUids === undefined),
    'either selector or instanceUids',
  );
export type AgentSelection = z.infer<typeof AgentSelectionSchema>;

/** What an act did, or in a preview would do. */
export const EnrolmentResultSchema = z
  .object({
    matched: z.number().int(),
    changed: z.number().int(),
    unchanged: z.number().int().meta({ description: 'Agents that stand so already' }),
    cannot: z.array(z.object({ reason: z.string(), count: z.number().int() })),
    instanceUids: z.array(InstanceUidSchema).meta({
      description: `The agents that are changed, at most ${SELECTION_MAX}: give them to the act to change these and nobody who came since`,
    }),
  })
  .meta({ id: 'EnrolmentResult' });
export type EnrolmentResult = z.infer<typeof EnrolmentResultSchema>;

export const ENROLMENT_ACTS = ['approve', 'reject', 'revoke', 'rotate'] as const;
export type EnrolmentAct = (typeof ENROLMENT_ACTS)[number];

/** `due` until the agent is connected, `offered` until it uses it, `active`, or `failed` where the agent could not use it. */
export const CredentialStateSchema = z.enum(['due', 'offered', 'active', 'failed']);
export type CredentialState = z.infer<typeof CredentialStateSchema>;
export const CredentialKindOfOwnSchema = z.enum(['token', 'certificate']);
export type CredentialKindOfOwn = z.infer<typeof CredentialKindOfOwnSchema>;

/** A credential of one agent, a bearer token or a client certificate, that serves for its instance uid alone. */
export const CredentialSchema = z
  .object({
    id: z.string(),
    instanceUid: InstanceUidSchema,
    kind: CredentialKindOfOwnSchema,
    state: CredentialStateSchema,
    createdAt: TimeSchema,
    createdBy: z.string(),
    confirmedAt: TimeSchema.nullable().meta({ description: 'When the agent came by it' }),
    lastUsedAt: TimeSchema.nullable().meta({ description: 'Within a quarter of an hour' }),
    expiresAt: TimeSchema.nullable(),
    errorMessage: z.string().meta({ description: 'Why the agent could not use it' }),
    agent: z
      .object({ displayName: z.string(), state: ConnectionStateSchema })
      .nullable()
      .meta({ description: 'null where the agent was forgotten' }),
  })
  .meta({ id: 'Credential' });
export type Credential = z.infer<typeof CredentialSchema>;
export const CredentialPageSchema = pageOf(CredentialSchema).meta({ id: 'CredentialPage' });

export const CREDENTIAL_SORT_FIELDS = ['lastUsedAt', 'createdAt'] as const;
export const CredentialListQuerySchema = PageQuerySchema.extend({
  state: CredentialStateSchema.optional(),
});
export type CredentialListQuery = z.infer<typeof CredentialListQuerySchema>;
