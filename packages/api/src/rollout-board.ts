import { z } from 'zod';
import { InstanceUidSchema, TimeSchema } from './values.ts';

export const ROLLOUT_EVENT_KINDS = [
  'started',
  'wave_released',
  'wave_settled',
  'gate_passed',
  'gate_failed',
  'halted',
  'waits_for_approval',
  'approved',
  'paused',
  'resumed',
  'retried',
  'aborted',
  'rolled_back',
  'succeeded',
  'failed',
] as const;
export type RolloutEventKind = (typeof ROLLOUT_EVENT_KINDS)[number];
export const RolloutEventSchema = z
  .object({
    kind: z.enum(ROLLOUT_EVENT_KINDS),
    at: TimeSchema,
    wave: z.number().int().nullable().meta({ description: 'From 0; null where it is of no wave' }),
    by: z
      .string()
      .nullable()
      .meta({ description: 'Who did it: an operator, or "a gate"; null where it came by itself' }),
    text: z.string().meta({ description: 'What a gate judged, or why it was started; may be empty' }),
  })
  .meta({ id: 'RolloutEvent' });
export type RolloutEvent = z.infer<typeof RolloutEventSchema>;
/** All that is kept: the start and the last 200. */
export const RolloutEventListSchema = z
  .object({ items: z.array(RolloutEventSchema) })
  .meta({ id: 'RolloutEventList' });
export type RolloutEventList = z.infer<typeof RolloutEventListSchema>;

export const RolloutReasonQuerySchema = z.strictObject({
  state: z.enum(['failed', 'skipped', 'superseded']).default('failed'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export type RolloutReasonQuery = z.input<typeof RolloutReasonQuerySchema>;
/** Agents of a rollout that are where they are for the same reason. */
export const RolloutReasonSchema = z
  .object({
    reason: z.string().meta({ description: 'As most of them have it' }),
    agents: z.number().int(),
    variants: z.number().int().meta({
      description: 'Reasons that differ only in uids, addresses, hashes and numbers are one',
    }),
    sample: z
      .array(z.object({ instanceUid: InstanceUidSchema, displayName: z.string() }))
      .meta({ description: 'At most 3 of them' }),
  })
  .meta({ id: 'RolloutReason' });
export type RolloutReason = z.infer<typeof RolloutReasonSchema>;
export const RolloutReasonListSchema = z
  .object({
    items: z.array(RolloutReasonSchema).meta({ description: 'The reason of most agents first' }),
    rest: z.number().int().meta({ description: 'Agents with reasons that are not among the items' }),
  })
  .meta({ id: 'RolloutReasonList' });
export type RolloutReasonList = z.infer<typeof RolloutReasonListSchema>;
