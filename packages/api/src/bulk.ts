import { z } from 'zod';
import { AgentFilterSchema, LabelsSchema } from './agents.ts';
import { EnrolmentResultSchema, SELECTION_MAX } from './credentials.ts';
import { pageOf } from './page.ts';
import { RESTARTS_PER_SECOND_DEFAULT } from './restart-rate.ts';
import { InstanceUidSchema, TimeSchema } from './values.ts';

/** Agents that one act on many is for: all that a filter leaves but for some, or these. */
export const BulkSelectionSchema = z
  .strictObject({
    filter: AgentFilterSchema.optional().meta({
      description: 'As of GET /agents; the empty one matches every agent',
    }),
    except: z
      .array(InstanceUidSchema)
      .max(SELECTION_MAX)
      .optional()
      .meta({ description: 'Agents that the filter leaves and that are not meant' }),
    instanceUids: z.array(InstanceUidSchema).min(1).max(SELECTION_MAX).optional(),
  })
  .refine(
    ({ filter, instanceUids }) => (filter === undefined) !== (instanceUids === undefined),
    'either filter or instanceUids',
  )
  .refine(({ filter, except }) => except === undefined || filter !== undefined, 'except narrows a filter');
export type BulkSelection = z.infer<typeof BulkSelectionSchema>;

const bulkAct = {
  selection: BulkSelectionSchema,
  atMost: z.number().int().nonnegative().optional().meta({
    description:
      'Agents that were counted in the preview: the act is refused with selection_grown where it would change more',
  }),
};

/** What an act on many agents did, or in a preview would do. */
export const BulkResultSchema = EnrolmentResultSchema.extend({}).meta({ id: 'BulkResult' });
export type BulkResult = z.infer<typeof BulkResultSchema>;

const LabelKeySchema = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/);

export const BulkLabelSchema = z
  .strictObject({
    ...bulkAct,
    set: LabelsSchema.optional().meta({ description: 'Labels that are set; others stay' }),
    remove: z.array(LabelKeySchema).max(64).optional().meta({ description: 'Keys of labels that go' }),
  })
  .refine(
    ({ set = {}, remove = [] }) => Object.keys(set).length + remove.length > 0,
    'nothing to set and nothing to remove',
  )
  .refine(
    ({ set = {}, remove = [] }) => !remove.some((key) => Object.hasOwn(set, key)),
    'a label is set or removed, not both',
  );
export type BulkLabel = z.infer<typeof BulkLabelSchema>;

export const BulkForgetSchema = z.strictObject(bulkAct);
export type BulkForget = z.infer<typeof BulkForgetSchema>;
export const BulkForgetResultSchema = BulkResultSchema.extend({
  connected: z.number().int().meta({
    description: 'Of the changed ones, those that are connected: one that still runs comes back as new',
  }),
}).meta({ id: 'BulkForgetResult' });
export type BulkForgetResult = z.infer<typeof BulkForgetResultSchema>;

/** Agents that failed on where to send their own metrics are told once more. */
export const BulkOwnMetricsSchema = z.strictObject(bulkAct);
export type BulkOwnMetrics = z.infer<typeof BulkOwnMetricsSchema>;

export const BulkRestartSchema = z.strictObject({
  ...bulkAct,
  perSecond: z
    .number()
    .min(0.01)
    .max(1000)
    .default(RESTARTS_PER_SECOND_DEFAULT)
    .meta({ description: 'Agents that are asked to restart each second' }),
});
export type BulkRestart = z.input<typeof BulkRestartSchema>;

/** Many agents that are asked to restart one after the other. In memory: a restart of the server ends it. */
export const RestartRunSchema = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'ended', 'stopped']),
    author: z.string(),
    perSecond: z.number(),
    total: z.number().int(),
    asked: z.number().int(),
    leftOut: z
      .array(z.object({ reason: z.string(), count: z.number().int() }))
      .meta({ description: 'Those that could not be asked when it was their turn' }),
    startedAt: TimeSchema,
    endedAt: TimeSchema.nullable(),
  })
  .meta({ id: 'RestartRun' });
export type RestartRun = z.infer<typeof RestartRunSchema>;
export const RestartRunPageSchema = pageOf(RestartRunSchema).meta({ id: 'RestartRunPage' });

export const BulkRestartResultSchema = BulkResultSchema.extend({
  seconds: z.number().int().meta({ description: 'How long it takes until the last one is asked' }),
  run: RestartRunSchema.nullable().meta({
    description: 'null in a preview, and where nobody is asked',
  }),
}).meta({ id: 'BulkRestartResult' });
export type BulkRestartResult = z.infer<typeof BulkRestartResultSchema>;
