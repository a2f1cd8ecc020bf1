import { z } from 'zod';
import { ConfigChangesSchema } from './config-changes.ts';
import { FindingSchema } from './configs.ts';
import { DriftDifferenceSchema, IntendedConfigSchema } from './drift.ts';
import { RolloutCreateSchema, RolloutSchema } from './rollouts.ts';
import { InstanceUidSchema, TimeSchema } from './values.ts';

export const WouldRunQuerySchema = z.strictObject({ target: RolloutCreateSchema.shape.target });
export type WouldRunQuery = z.input<typeof WouldRunQuerySchema>;

export const VariableValueSchema = z
  .object({
    config: z.string(),
    line: z.number().int().meta({ description: 'Of the revision, from 1' }),
    column: z.number().int(),
    source: z.enum(['label', 'attr', 'secret']),
    key: z.string(),
    value: z
      .string()
      .nullable()
      .meta({ description: 'null where it is missing; masked where it is a secret' }),
    isDefault: z.boolean(),
  })
  .meta({ id: 'VariableValue' });
export type VariableValue = z.infer<typeof VariableValueSchema>;

/** What an agent would run of a target that nobody has given it. Secrets are masked everywhere. */
export const WouldRunSchema = z
  .object({
    instanceUid: InstanceUidSchema,
    target: RolloutSchema.shape.target,
    hash: z
      .string()
      .meta({ description: 'Of what this agent would be offered; empty where that cannot be made' }),
    cannot: z.string().nullable().meta({ description: 'Why the agent could not take it; else null' }),
    layers: IntendedConfigSchema.shape.layers,
    merged: IntendedConfigSchema.shape.merged,
    variables: z.array(VariableValueSchema),
    findings: z
      .array(FindingSchema)
      .meta({ description: 'In merged, also against the components that the agent reports' }),
    intended: z
      .object({
        hash: z.string(),
        body: z
          .string()
          .nullable()
          .meta({ description: 'Merged; null where it is no Collector configuration' }),
        isSame: z.boolean().meta({ description: 'It is offered nothing new' }),
        changes: ConfigChangesSchema.nullable(),
      })
      .nullable()
      .meta({ description: 'Against what it is to run now; null where that is nothing' }),
    effective: z
      .object({
        body: z.string(),
        reportedAt: TimeSchema,
        differences: z
          .array(DriftDifferenceSchema)
          .nullable()
          .meta({ description: 'As of drift, at most 200; null where they cannot be told' }),
      })
      .nullable()
      .meta({ description: 'Against what it says that it runs; null where it reports no single file' }),
  })
  .meta({ id: 'WouldRun' });
export type WouldRun = z.infer<typeof WouldRunSchema>;
