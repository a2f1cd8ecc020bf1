import { z } from 'zod';
import { ConfigTrialSchema, ConfigTrialWithSchema } from './config-trials.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { HashSchema, NameSchema, TimeSchema } from './values.ts';

/** Bytes of a configuration's body in UTF-8. */
export const CONFIG_BODY_MAX_BYTES = 1024 * 1024;

/** How a body is read: what is checked, completed and merged depends on it. */
export const CONFIG_FORMATS = ['collector', 'fluentbit', 'other'] as const;
export const ConfigFormatSchema = z.enum(CONFIG_FORMATS).meta({
  description:
    'collector: an OpenTelemetry Collector configuration (the default for YAML); fluentbit; other: not looked into',
});
export type ConfigFormat = z.infer<typeof ConfigFormatSchema>;

/** What a supplementary file is for, in the words that agent and operator agreed on (specification: AgentConfigObject.role). */
export const ConfigRoleSchema = z
  .string()
  .max(128)
  .regex(/^[^\p{Cc}]*$/u, 'no control characters')
  .meta({ description: 'Of a supplementary file; empty for the configuration itself' });

export const RevisionSummarySchema = z
  .object({
    number: z.number().int().positive(),
    hash: HashSchema.meta({ description: 'SHA-256 of body, content type, format and role' }),
    createdAt: TimeSchema,
    author: z.string(),
    message: z.string().meta({ description: 'What was changed and why, in the words of the author' }),
    contentType: z.string(),
    format: ConfigFormatSchema,
    role: z.string(),
    bytes: z.number().int(),
  })
  .meta({ id: 'RevisionSummary' });
export type RevisionSummary = z.infer<typeof RevisionSummarySchema>;

export const RevisionSchema = RevisionSummarySchema.extend({ name: z.string(), body: z.string() }).meta({
  id: 'Revision',
});
export type Revision = z.infer<typeof RevisionSchema>;

/** How many agents desire a configuration, by where they stand. */
export const ConfigUseSchema = z.object({
  assigned: z.number().int(),
  inSync: z.number().int(),
  pending: z.number().int(),
  failed: z.number().int(),
  byRevision: z.array(z.object({ revision: z.number().int(), agents: z.number().int() })).meta({
    description: 'How many are to run which revision; the newest first, those that nobody is to run left out',
  }),
});

export const ConfigSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    createdAt: TimeSchema,
    revision: RevisionSummarySchema.meta({ description: 'The newest' }),
    use: ConfigUseSchema,
  })
  .meta({ id: 'Config' });
export type Config = z.infer<typeof ConfigSchema>;

/** One configuration with the body of its newest revision. */
export const ConfigDetailSchema = ConfigSchema.extend({ body: z.string() }).meta({ id: 'ConfigDetail' });
export type ConfigDetail = z.infer<typeof ConfigDetailSchema>;

export const ConfigPageSchema = pageOf(ConfigSchema).meta({ id: 'ConfigPage' });
export const RevisionPageSchema = pageOf(RevisionSummarySchema).meta({ id: 'RevisionPage' });

const ContentTypeSchema = z.string().min(1).max(128);
const contentShape = {
  body: z.string(),
  contentType: ContentTypeSchema.default('text/yaml'),
  format: ConfigFormatSchema.optional(),
  role: ConfigRoleSchema.optional(),
};

export const ConfigPutSchema = z.strictObject({
  description: z.string().max(1000).optional(),
  message: z.string().max(2000).optional().meta({ description: 'What was changed and why' }),
  ...contentShape,
});
export type ConfigPut = z.input<typeof ConfigPutSchema>;

export const ConfigPutResultSchema = z
  .object({
    name: z.string(),
    revision: RevisionSummarySchema,
    created: z.boolean().meta({ description: 'A new revision was made' }),
  })
  .meta({ id: 'ConfigPutResult' });
export type ConfigPutResult = z.infer<typeof ConfigPutResultSchema>;

/** Work on a configuration that is no revision yet; one for each name, shared by all operators. */
export const ConfigDraftSchema = z
  .object({
    name: z.string(),
    body: z.string(),
    contentType: z.string(),
    format: ConfigFormatSchema,
    role: z.string(),
    baseRevision: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'The revision that was edited; null for a new configuration' }),
    hash: HashSchema,
    author: z.string(),
    updatedAt: TimeSchema,
  })
  .meta({ id: 'ConfigDraft' });
export type ConfigDraft = z.infer<typeof ConfigDraftSchema>;
export const ConfigDraftSummarySchema = ConfigDraftSchema.omit({ body: true }).meta({
  id: 'ConfigDraftSummary',
});
export type ConfigDraftSummary = z.infer<typeof ConfigDraftSummarySchema>;
export const ConfigDraftListQuerySchema = PageQuerySchema.extend({
  name: NameSchema.optional().meta({
    description: 'The draft of this configuration alone, where there is one',
  }),
});
export const ConfigDraftPageSchema = pageOf(ConfigDraftSummarySchema).meta({ id: 'ConfigDraftPage' });

export const ConfigDraftPutSchema = z.strictObject({
  baseRevision: z.number().int().positive().nullable().optional(),
  ...contentShape,
});
export type ConfigDraftPut = z.input<typeof ConfigDraftPutSchema>;

export const ConfigValidateSchema = z.strictObject({
  body: z.string(),
  contentType: z.string().max(128).default('text/yaml'),
  format: ConfigFormatSchema.optional(),
  isFragment: z.boolean().optional().meta({
    description: 'One layer of several: what another may bring is not missed',
  }),
  selector: z.string().max(4096).optional().meta({
    description:
      'Check also against the components that these agents report, and the settings against the schemas of their versions',
  }),
  name: NameSchema.optional().meta({
    description:
      'The configuration that this is to be a revision of: it takes its place in the stack of the agent that is asked',
  }),
  role: ConfigRoleSchema.optional(),
  with: ConfigTrialWithSchema.optional().meta({
    description: 'Ask also the program itself: of this agent, or of the server',
  }),
});
export type ConfigValidate = z.input<typeof ConfigValidateSchema>;

export const FindingSchema = z
  .object({
    severity: z.enum(['error', 'warning', 'info']),
    path: z.string().meta({ description: 'e.g. service::pipelines::metrics' }),
    line: z.number().int().meta({ description: 'From 1; 0 where unknown' }),
    column: z.number().int(),
    message: z.string(),
    source: z.enum(['yaml', 'variables', 'structure', 'components', 'schema', 'collector', 'supervisor']),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof FindingSchema>;

/** Component schemas that a configuration's settings were held against. */
export const FieldsCheckedBySchema = z.object({
  distribution: z.string(),
  version: z.string(),
  match: z.enum(['exact', 'nearest', 'assumed']).meta({
    description:
      'exact: of the version that the agents report; nearest: of the newest one below it; assumed: no agents are known, so the newest that comes with the server. Unknown fields and wrong values are errors with exact ones, else warnings',
  }),
  agents: z.number().int().nonnegative().meta({ description: 'For so many agents; 0 with assumed' }),
});
export type FieldsCheckedBy = z.infer<typeof FieldsCheckedBySchema>;

export const ConfigValidateResultSchema = z
  .object({
    valid: z.boolean(),
    problems: z.array(FindingSchema),
    schemas: z.array(FieldsCheckedBySchema).optional().meta({
      description:
        'What the settings were held against; empty where no schemas are known, absent where settings were not looked at',
    }),
    trial: ConfigTrialSchema.optional().meta({ description: 'Where `with` was given' }),
  })
  .meta({ id: 'ConfigValidateResult' });
export type ConfigValidateResult = z.infer<typeof ConfigValidateResultSchema>;

export const ConfigNameSchema = NameSchema;
