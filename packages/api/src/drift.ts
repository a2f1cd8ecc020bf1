import { z } from 'zod';
import { AgentSummarySchema, DriftStateSchema } from './agents.ts';
import { RestartRunSchema } from './bulk.ts';
import { EnrolmentResultSchema, SELECTION_MAX } from './credentials.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { RESTARTS_PER_SECOND_DEFAULT } from './restart-rate.ts';
import { InstanceUidSchema, TimeSchema } from './values.ts';

/** One thing in which an agent runs something else than it is meant to. Values are JSON, secrets masked. */
export const DriftDifferenceSchema = z
  .object({
    path: z.string().meta({ description: 'e.g. exporters::otlp::endpoint' }),
    change: z.enum(['missing', 'extra', 'changed']).meta({
      description: 'missing: intended and not there; extra: there and not intended; changed: another value',
    }),
    intended: z.json().optional(),
    effective: z.json().optional(),
  })
  .meta({ id: 'DriftDifference' });
export type DriftDifference = z.infer<typeof DriftDifferenceSchema>;

export const AgentDriftSchema = z
  .object({
    state: DriftStateSchema,
    reason: z.string().meta({ description: 'Why it is unknown; else empty' }),
    differences: z.array(DriftDifferenceSchema).meta({ description: 'At most 200' }),
    effectiveReportedAt: TimeSchema.nullable(),
    reassert: z
      .object({
        tries: z.number().int().meta({ description: 'So far, since it was given what it is to run' }),
        maxTries: z.number().int(),
        lastAt: TimeSchema.nullable().meta({ description: 'Of the last try; null before the first' }),
        nextAt: TimeSchema.nullable().meta({
          description: 'null while it does not drift, or after the last',
        }),
        isStopped: z.boolean().meta({ description: 'It drifts after the last try, and is left alone' }),
      })
      .nullable()
      .meta({ description: 'What policy does about it; null where that is off' }),
  })
  .meta({ id: 'AgentDrift' });
export type AgentDrift = z.infer<typeof AgentDriftSchema>;

/** What an agent is to run, layer by layer and merged, with where each line comes from. Secrets are masked. */
export const IntendedConfigSchema = z
  .object({
    hash: z.string(),
    problem: z.string().nullable(),
    layers: z.array(
      z.object({
        name: z.string(),
        revision: z.number().int(),
        entry: z.string(),
        body: z.string(),
        contentType: z.string(),
        role: z.string(),
      }),
    ),
    merged: z
      .object({
        body: z.string(),
        lines: z.array(z.array(z.number().int())).meta({
          description: 'For each line of body the places in layers that it comes from',
        }),
        overrides: z.array(
          z.object({
            path: z.string(),
            by: z.number().int(),
            over: z.number().int(),
            before: z.json(),
            after: z.json(),
          }),
        ),
      })
      .nullable()
      .meta({ description: 'null where the layers are no Collector configurations' }),
  })
  .meta({ id: 'IntendedConfig' });
export type IntendedConfig = z.infer<typeof IntendedConfigSchema>;

const SelectorSchema = z.string().max(4096);
/** Paths of differences may hold whole component names and keys. */
const DriftPathSchema = z.string().min(1).max(1024);

/** The same difference of several agents. */
export const DriftGroupSchema = DriftDifferenceSchema.extend({
  agents: z.number().int().meta({ description: 'That drift in this' }),
  sample: z
    .array(z.object({ instanceUid: InstanceUidSchema, displayName: z.string() }))
    .meta({ description: 'At most 3 of them' }),
}).meta({ id: 'DriftGroup' });
export type DriftGroup = z.infer<typeof DriftGroupSchema>;

/** In what the agents of a selector drift, the difference of most agents first. */
export const DriftGroupPageSchema = pageOf(DriftGroupSchema)
  .extend({
    drifted: z.number().int().meta({ description: 'Agents that drift' }),
    waiting: z.number().int().meta({
      description: 'Of them, those that are not in these groups: they are looked at again after a start',
    }),
    reassertStopped: z.number().int().meta({
      description: 'Agents of the fleet that drift after the last try of the policy, and are left alone',
    }),
    isCut: z.boolean().meta({ description: 'There are more kinds of differences than are told apart' }),
  })
  .meta({ id: 'DriftGroupPage' });
export type DriftGroupPage = z.infer<typeof DriftGroupPageSchema>;
export const DriftGroupQuerySchema = PageQuerySchema.omit({ sort: true }).extend({
  selector: SelectorSchema.optional(),
});

/** The agents that drift at a path, or at any. */
export const DriftAgentQuerySchema = DriftGroupQuerySchema.extend({
  path: DriftPathSchema.optional().meta({ description: 'Of a difference, e.g. exporters::otlp::endpoint' }),
});
export const DriftAgentSchema = AgentSummarySchema.extend({
  reassert: AgentDriftSchema.shape.reassert,
}).meta({ id: 'DriftAgent' });
export type DriftAgent = z.infer<typeof DriftAgentSchema>;
export const DriftAgentPageSchema = pageOf(DriftAgentSchema).meta({ id: 'DriftAgentPage' });

/** Which agents are to be offered once more what they are to run: of those that match, or of these, the ones that drift. */
export const ReassertSelectionSchema = z
  .strictObject({
    selector: SelectorSchema.optional().meta({ description: 'The empty one matches every agent' }),
    instanceUids: z.array(InstanceUidSchema).min(1).max(SELECTION_MAX).optional(),
    path: DriftPathSchema.optional().meta({ description: 'Only those that drift at this path' }),
    atMost: z.number().int().nonnegative().optional().meta({
      description:
        'Agents that were counted in the preview: refused with selection_grown where it would be more',
    }),
    perSecond: z
      .number()
      .min(0.01)
      .max(1000)
      .default(RESTARTS_PER_SECOND_DEFAULT)
      .meta({ description: 'Agents that are asked each second: most of them restart' }),
  })
  .refine(
    ({ selector, instanceUids }) => (selector === undefined) !== (instanceUids === undefined),
    'either selector or instanceUids',
  );
export type ReassertSelection = z.input<typeof ReassertSelectionSchema>;

/** Many agents that are offered their configuration once more, one after the other. In memory: a restart of the server ends it. */
export const ReassertRunSchema = RestartRunSchema.extend({}).meta({ id: 'ReassertRun' });
export type ReassertRun = z.infer<typeof ReassertRunSchema>;
export const ReassertRunPageSchema = pageOf(ReassertRunSchema).meta({ id: 'ReassertRunPage' });

/** What a re-assertion did, or in a preview would do. `unchanged` are those that do not drift, as far as is known. */
export const ReassertResultSchema = EnrolmentResultSchema.extend({
  restarts: z
    .number()
    .int()
    .meta({ description: 'Of the changed ones, those that are asked to restart too' }),
  seconds: z.number().int().meta({ description: 'How long it takes until the last one is asked' }),
  run: ReassertRunSchema.nullable().meta({
    description: 'null in a preview, and where nobody is asked',
  }),
}).meta({ id: 'ReassertResult' });
export type ReassertResult = z.infer<typeof ReassertResultSchema>;
