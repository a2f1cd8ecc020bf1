import { z } from 'zod';

/** Seconds; a week at most. */
const SecondsSchema = z
  .number()
  .int()
  .min(0)
  .max(7 * 86_400);
const SelectorTextSchema = z.string().min(1).max(4096);

function exactlyOne<T extends object>(names: readonly (keyof T & string)[]) {
  return {
    check: (value: T): boolean => names.filter((name) => value[name] !== undefined).length === 1,
    message: `give exactly one of ${names.map((name) => `"${name}"`).join(', ')}`,
  };
}

const size = exactlyOne<{ count?: unknown; percent?: unknown; selector?: unknown }>([
  'count',
  'percent',
  'selector',
]);
/** Which agents come in one wave, and what has to hold before the next. */
export const WaveSchema = z
  .strictObject({
    count: z.number().int().positive().max(1_000_000).optional(),
    percent: z.number().positive().max(100).optional().meta({ description: 'Of all agents of the rollout' }),
    selector: SelectorTextSchema.optional().meta({ description: 'Those of the rollout that match it too' }),
    soakSeconds: SecondsSchema.optional().meta({ description: 'In place of that of the gates' }),
    approval: z.boolean().optional().meta({ description: 'The next wave waits until somebody approves' }),
  })
  .refine(size.check, size.message);
export type Wave = z.infer<typeof WaveSchema>;

const limit = exactlyOne<{ count?: unknown; percent?: unknown }>(['count', 'percent']);
const LimitSchema = z
  .strictObject({ count: z.number().int().min(0).optional(), percent: z.number().min(0).max(100).optional() })
  .refine(limit.check, limit.message);

/** What is judged after each wave, out of what its agents say of themselves. */
export const FlowGateSchema = z.strictObject({
  minSentPercent: z.number().min(0).max(1000).optional().meta({
    description: 'What the agents of the wave send, of what the same agents sent before; 50 when left out',
  }),
  maxRefusedPercent: z.number().min(0).max(100).optional().meta({
    description: 'Of what they accept and refuse together; 5 when left out',
  }),
  maxFailedPercent: z.number().min(0).max(100).optional().meta({
    description: 'Of what they send and fail to send together; 5 when left out',
  }),
  maxQueuePercent: z.number().min(0).max(100).optional().meta({
    description: 'Fullest queue of any of them, of its capacity; 90 when left out',
  }),
  maxMemoryGrowthPercent: z.number().min(0).max(10_000).optional().meta({
    description: 'Of what the same agents used before; not judged when left out',
  }),
});
export type FlowGate = z.infer<typeof FlowGateSchema>;

export const GatesSchema = z.strictObject({
  maxFailed: LimitSchema.optional().meta({
    description:
      'Agents of a wave that may fail or be unhealthy; more halt the rollout at once. 0 with waves',
  }),
  soakSeconds: SecondsSchema.optional().meta({
    description: 'So long all agents of a wave run the target before it is judged; 0 when left out',
  }),
  healthy: z
    .boolean()
    .optional()
    .meta({ description: 'Agents must be healthy after the soak; true when left out' }),
  flow: FlowGateSchema.optional().meta({
    description: 'What flows is judged too, where agents send their metrics',
  }),
});
export type Gates = z.infer<typeof GatesSchema>;

export const WEEK_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const ClockTimeSchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time such as 22:30');
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
/** When agents may be given the target; an offer that was made outlasts its end. */
export const RolloutWindowSchema = z.strictObject({
  timezone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'a time zone of the IANA database, such as Europe/Berlin')
    .optional()
    .meta({ description: 'UTC when left out' }),
  days: z
    .array(z.enum(WEEK_DAYS))
    .min(1)
    .max(7)
    .optional()
    .meta({ description: 'Days on which it opens; all when left out' }),
  from: ClockTimeSchema,
  to: ClockTimeSchema.meta({ description: 'On the next day where it is not after "from"' }),
});
export type RolloutWindow = z.infer<typeof RolloutWindowSchema>;

const common = {
  maxAgentsPerSecond: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .meta({ description: 'Offers a second; no limit when left out' }),
  window: RolloutWindowSchema.optional(),
  applyDeadlineSeconds: z
    .number()
    .int()
    .min(10)
    .max(7 * 86_400)
    .optional()
    .meta({
      description:
        'An agent that was offered the target and gives no verdict for so long has failed; `rollouts.applyDeadline` when left out',
    }),
  reassert: z.enum(['off', 'auto']).optional().meta({
    description:
      'Whether its agents are offered it once more by themselves where they drift from it; `drift.reassert` when left out',
  }),
  gates: GatesSchema.optional(),
  onFailure: z
    .enum(['pause', 'rollback'])
    .optional()
    .meta({ description: 'What a gate that fails leads to; pause when left out' }),
};

export const RolloutStrategySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all'), ...common }),
  z.strictObject({
    kind: z.literal('waves'),
    waves: z
      .array(WaveSchema)
      .min(1)
      .max(50)
      .meta({ description: 'In order; whoever is in none of them comes in a last wave of its own' }),
    ...common,
  }),
]);
export type RolloutStrategy = z.infer<typeof RolloutStrategySchema>;

export const WAVE_STATES = ['waiting', 'running', 'soaking', 'passed', 'failed', 'overridden'] as const;
export const WaveStateSchema = z.enum(WAVE_STATES);
export type WaveState = z.infer<typeof WaveStateSchema>;

/** What a gate judged, and by which figures. */
export const GateVerdictSchema = z.object({
  gate: z.enum(['failures', 'health', 'flow', 'approval']),
  passed: z.boolean(),
  text: z.string(),
  figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  at: z.iso.datetime(),
  by: z.string().nullable().meta({ description: 'Who approved; null for a gate that judges by itself' }),
});
export type GateVerdict = z.infer<typeof GateVerdictSchema>;

export const PAUSE_KINDS = ['operator', 'approval', 'gate'] as const;
/** Why a rollout is paused. */
export const PauseReasonSchema = z.object({
  kind: z.enum(PAUSE_KINDS).meta({
    description:
      'operator: somebody paused it; approval: the wave is through and the next waits for somebody; gate: a gate failed',
  }),
  wave: z.number().int(),
  text: z.string(),
});
export type PauseReason = z.infer<typeof PauseReasonSchema>;
