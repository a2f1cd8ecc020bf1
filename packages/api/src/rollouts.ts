import { z } from 'zod';
import { ConfigChangesSchema } from './config-changes.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import {
  GateVerdictSchema,
  PauseReasonSchema,
  RolloutStrategySchema,
  WaveSchema,
  WaveStateSchema,
} from './rollout-strategy.ts';
import { InstanceUidSchema, NameSchema, TimeSchema } from './values.ts';

export const ROLLOUT_STATES = ['running', 'paused', 'succeeded', 'failed', 'rolled_back', 'aborted'] as const;
export const RolloutStateSchema = z.enum(ROLLOUT_STATES);
export type RolloutState = z.infer<typeof RolloutStateSchema>;

export const ROLLOUT_AGENT_STATES = [
  'pending',
  'offered',
  'applied',
  'failed',
  'skipped',
  'superseded',
] as const;
export const RolloutAgentStateSchema = z.enum(ROLLOUT_AGENT_STATES);
export type RolloutAgentState = z.infer<typeof RolloutAgentStateSchema>;

const ConfigTargetItemSchema = z.strictObject({
  name: NameSchema,
  revision: z.number().int().positive().optional(),
});

export const TARGET_REPLACES = ['stack', 'layer'] as const;
/** What the agents are to get. The engine knows other kinds of target by the same shape. */
export const RolloutTargetInputSchema = z.strictObject({
  kind: z.literal('config'),
  name: NameSchema.optional(),
  revision: z.number().int().positive().optional(),
  configs: z
    .array(ConfigTargetItemSchema)
    .min(1)
    .max(16)
    .optional()
    .meta({ description: 'The whole stack, in order' }),
  replaces: z.enum(TARGET_REPLACES).optional().meta({
    description:
      'stack (when left out): what each agent is to run as a whole; layer: "name" takes its own place in the stack of each agent that has it there, the other layers stay as they are',
  }),
});

export const RolloutCreateSchema = z.strictObject({
  target: RolloutTargetInputSchema.refine(
    (target) => (target.name === undefined) !== (target.configs === undefined),
    'give either "name" or "configs"',
  ).refine(
    (target) => target.replaces !== 'layer' || target.configs === undefined,
    'give "name" where one layer is to be replaced: several are several rollouts',
  ),
  selector: z.string().max(4096).meta({ description: 'The empty selector matches every agent' }),
  strategy: RolloutStrategySchema.default({ kind: 'all' }),
  message: z.string().max(2000).optional().meta({ description: 'Why, for those who look at it later' }),
});
export type RolloutCreate = z.input<typeof RolloutCreateSchema>;

export const RolloutCountsSchema = z.object({
  matched: z.number().int(),
  pending: z.number().int(),
  offered: z.number().int(),
  applied: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  superseded: z.number().int(),
});
export type RolloutCounts = z.infer<typeof RolloutCountsSchema>;

/** One wave; a rollout to all at once is a single one. */
export const RolloutWaveSchema = z
  .object({
    index: z.number().int().meta({ description: 'From 0' }),
    wave: WaveSchema.nullable().meta({
      description: 'As it was asked for; null for those who are in no other',
    }),
    soakSeconds: z.number().int(),
    state: WaveStateSchema,
    counts: RolloutCountsSchema,
    startedAt: TimeSchema.nullable(),
    settledAt: TimeSchema.nullable().meta({
      description: 'When every agent that it could reach had a verdict',
    }),
    endedAt: TimeSchema.nullable(),
    gates: z.array(GateVerdictSchema),
  })
  .meta({ id: 'RolloutWave' });
export type RolloutWave = z.infer<typeof RolloutWaveSchema>;

export const RolloutSchema = z
  .object({
    id: z.string(),
    state: RolloutStateSchema,
    target: z.object({
      kind: z.literal('config'),
      configs: z
        .array(z.object({ name: z.string(), revision: z.number().int() }))
        .meta({ description: 'Pinned' }),
      hash: z.string(),
      replaces: z.enum(TARGET_REPLACES),
    }),
    message: z.string().meta({ description: 'Why, in the words of who started it' }),
    selector: z.string(),
    strategy: RolloutStrategySchema,
    counts: RolloutCountsSchema,
    waves: z.array(RolloutWaveSchema),
    pausedBecause: PauseReasonSchema.nullable(),
    waitsUntil: TimeSchema.nullable().meta({
      description: 'When its window opens next; null while it is open',
    }),
    createdAt: TimeSchema,
    createdBy: z.string(),
    updatedAt: TimeSchema,
    endedAt: TimeSchema.nullable(),
    isStanding: z.boolean().meta({ description: 'Agents that match later get the target too' }),
  })
  .meta({ id: 'Rollout' });
export type Rollout = z.infer<typeof RolloutSchema>;
export const RolloutPageSchema = pageOf(RolloutSchema).meta({ id: 'RolloutPage' });
export const RolloutListQuerySchema = PageQuerySchema.extend({
  state: RolloutStateSchema.optional(),
  config: z.string().max(63).optional(),
});

export const RolloutAgentSchema = z
  .object({
    instanceUid: InstanceUidSchema,
    displayName: z.string(),
    state: RolloutAgentStateSchema,
    wave: z.number().int().meta({ description: 'From 0' }),
    isConnected: z.boolean(),
    reason: z.string().meta({ description: "The agent's error, or why it is skipped or superseded" }),
    changedAt: TimeSchema,
  })
  .meta({ id: 'RolloutAgent' });
export type RolloutAgent = z.infer<typeof RolloutAgentSchema>;
export const RolloutAgentPageSchema = pageOf(RolloutAgentSchema).meta({ id: 'RolloutAgentPage' });
export const RolloutAgentListQuerySchema = PageQuerySchema.extend({
  state: RolloutAgentStateSchema.optional(),
  wave: z.coerce.number().int().min(0).optional(),
});

const StackSchema = z.array(z.object({ name: z.string(), revision: z.number().int() }));

/** Agents that would get the same change: from one content to another. */
export const RolloutChangeGroupSchema = z
  .object({
    agents: z.number().int(),
    sample: z
      .array(z.object({ instanceUid: InstanceUidSchema, displayName: z.string() }))
      .meta({ description: 'At most 3 of them; the change is told as the first one would get it' }),
    against: z.enum(['intended', 'effective', 'nothing']).meta({
      description:
        'What the change is told against: what they are to run today; what they say they run, where Drover gives them nothing; or nothing that is known',
    }),
    before: StackSchema.meta({ description: 'Empty where Drover gives them nothing' }),
    after: StackSchema,
    hasVariables: z
      .boolean()
      .meta({ description: 'Filled in with the values of each agent; the same as it is written' }),
    changes: ConfigChangesSchema.nullable().meta({
      description: 'null where one of both is no Collector configuration, or cannot be read',
    }),
    isCut: z.boolean().meta({
      description:
        'There are more changes, or longer values, than are told; with no changes at all, the time did not suffice to compare',
    }),
  })
  .meta({ id: 'RolloutChangeGroup' });
export type RolloutChangeGroup = z.infer<typeof RolloutChangeGroupSchema>;

/** What would happen; nothing is changed. Samples hold at most 100 agents each, counts are exact. */
export const RolloutPreviewSchema = z
  .object({
    target: RolloutSchema.shape.target,
    matched: z.number().int(),
    wouldChange: z.object({
      count: z.number().int(),
      offline: z.number().int(),
      agents: z.array(RolloutAgentSchema),
    }),
    unchanged: z.object({ count: z.number().int() }).meta({ description: 'Run it already' }),
    waves: z
      .array(z.object({ wave: WaveSchema.nullable(), agents: z.number().int() }))
      .meta({ description: 'Agents that would change, by wave' }),
    noWayBack: z.object({ count: z.number().int(), agents: z.array(RolloutAgentSchema) }).meta({
      description:
        'Would change and have no configuration of Drover today: a roll back leaves them as they are then',
    }),
    cannot: z.object({ count: z.number().int(), agents: z.array(RolloutAgentSchema) }),
    supersedes: z
      .array(z.object({ rolloutId: z.string(), agents: z.number().int() }))
      .meta({ description: 'Running or standing rollouts that lose agents to this one' }),
    groups: z.object({
      items: z.array(RolloutChangeGroupSchema).meta({ description: 'At most 20, that of most agents first' }),
      rest: z
        .object({ groups: z.number().int(), agents: z.number().int() })
        .meta({ description: 'What is not among the items' }),
    }),
    current: z
      .array(
        z.object({
          configs: StackSchema,
          next: StackSchema.meta({ description: 'What they are to run then' }),
          agents: z.number().int(),
        }),
      )
      .meta({
        description:
          'What the agents that would change are to run today, by group; an empty stack means no remote configuration',
      }),
  })
  .meta({ id: 'RolloutPreview' });
export type RolloutPreview = z.infer<typeof RolloutPreviewSchema>;
