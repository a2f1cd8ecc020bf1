import { z } from 'zod';
import { NameSchema } from './values.ts';

/** Whose program is asked whether it would run a configuration. */
export const ConfigTrialWithSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('agent'),
      instanceUid: z.string().max(64).meta({
        description: 'An agent that announces the custom capability dev.drover.validate/1',
      }),
    }),
    z.strictObject({
      kind: z.literal('local').meta({ description: "The server's own Collector (`configs.collector`)" }),
    }),
  ])
  .meta({ id: 'ConfigTrialWith' });
export type ConfigTrialWith = z.infer<typeof ConfigTrialWithSchema>;

/** What the program that was asked said; its words are among the findings. */
export const ConfigTrialSchema = z
  .object({
    kind: z.enum(['agent', 'local']),
    instanceUid: z.string().nullable(),
    program: z
      .string()
      .meta({ description: 'Name and version, e.g. otelcol-contrib 0.149.0; empty where unknown' }),
    verdict: z.enum(['valid', 'invalid', 'refused', 'not_asked']).meta({
      description:
        "refused: the agent's host would not run it, and did not ask its program; not_asked: nobody could be asked about this text, see `reason`",
    }),
    reason: z.string().meta({ description: 'Of refused and not_asked; else empty' }),
    stack: z
      .array(
        z.object({
          name: z.string(),
          revision: z.number().int().nullable().meta({ description: 'null: the text that was sent' }),
        }),
      )
      .meta({ description: 'What the program was given, in order' }),
  })
  .meta({ id: 'ConfigTrial' });
export type ConfigTrial = z.infer<typeof ConfigTrialSchema>;

export const CONFIG_TRIAL_AGENTS_DEFAULT = 5;

export const ConfigTrialAgentsQuerySchema = z.strictObject({
  selector: z.string().max(4096).optional().meta({ description: 'Of these agents; of all where left out' }),
  name: NameSchema.optional().meta({ description: 'Agents that are to run this configuration come first' }),
  limit: z.number().int().min(1).max(50).default(CONFIG_TRIAL_AGENTS_DEFAULT),
});
export type ConfigTrialAgentsQuery = z.input<typeof ConfigTrialAgentsQuerySchema>;

/** Whom a configuration can be checked with. */
export const ConfigTrialAgentsSchema = z
  .object({
    local: z
      .object({ program: z.string() })
      .nullable()
      .meta({ description: "The server's own Collector; null where it has none" }),
    items: z.array(
      z.object({
        instanceUid: z.string(),
        displayName: z.string(),
        program: z.string(),
        hostName: z.string(),
        transport: z
          .enum(['websocket', 'http'])
          .meta({ description: 'Over http the answer comes with a later poll' }),
        isHealthy: z.boolean(),
        runsConfig: z.boolean().meta({ description: 'It is to run the configuration `name`' }),
      }),
    ),
  })
  .meta({ id: 'ConfigTrialAgents' });
export type ConfigTrialAgents = z.infer<typeof ConfigTrialAgentsSchema>;
