import { z } from 'zod';
import { PageQuerySchema, pageOf } from './page.ts';
import { type RolloutCreate, RolloutSchema } from './rollouts.ts';
import { InstanceUidSchema, TimeSchema } from './values.ts';

const who = {
  at: TimeSchema,
  by: z.string().meta({ description: 'Empty where nobody is known' }),
  message: z.string().meta({ description: 'Why, in the words of who did it; may be empty' }),
};

/** One thing that happened to a configuration: a revision was written, or one was rolled out. */
export const ConfigHistoryEntrySchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('revision'),
      ...who,
      revision: z.number().int(),
      hash: z.string(),
      bytes: z.number().int(),
    }),
    z.object({
      kind: z.literal('rollout'),
      ...who,
      revision: z.number().int().meta({ description: 'Of this configuration, as the rollout has it' }),
      rolloutId: z.string(),
      state: RolloutSchema.shape.state,
      selector: z.string(),
      replaces: RolloutSchema.shape.target.shape.replaces,
      configs: RolloutSchema.shape.target.shape.configs,
      counts: RolloutSchema.shape.counts,
      isStanding: z.boolean(),
      endedAt: TimeSchema.nullable(),
    }),
  ])
  .meta({ id: 'ConfigHistoryEntry' });
export type ConfigHistoryEntry = z.infer<typeof ConfigHistoryEntrySchema>;
export const ConfigHistoryPageSchema = pageOf(ConfigHistoryEntrySchema).meta({ id: 'ConfigHistoryPage' });
export const ConfigHistoryQuerySchema = PageQuerySchema.extend({
  kind: z.enum(['revision', 'rollout']).optional().meta({ description: 'Only these' }),
});

export const AGENT_CONFIG_RESULTS = ['waiting', 'applied', 'failed', 'replaced'] as const;
/** A stack that an agent was given, and what became of it there. */
export const AgentConfigEntrySchema = z
  .object({
    ...who,
    instanceUid: InstanceUidSchema,
    cause: z.enum(['rollout', 'rollback']).meta({
      description: 'rollback: it was given back what it had before that rollout',
    }),
    rolloutId: z.string().nullable(),
    configs: RolloutSchema.shape.target.shape.configs.meta({ description: 'The stack, pinned' }),
    hash: z.string().meta({ description: 'Of the content as it was made for this agent' }),
    result: z.enum(AGENT_CONFIG_RESULTS).meta({
      description: 'waiting: no verdict yet; replaced: another came before there was one',
    }),
    error: z.string().meta({ description: 'What the agent said where it failed' }),
    resultAt: TimeSchema.nullable(),
    isCurrent: z.boolean().meta({ description: 'It is what the agent is to run now' }),
  })
  .meta({ id: 'AgentConfigEntry' });
export type AgentConfigEntry = z.infer<typeof AgentConfigEntrySchema>;
export const AgentConfigPageSchema = pageOf(AgentConfigEntrySchema).meta({ id: 'AgentConfigPage' });

/** The rollout that gives this revision to every agent whose stack holds the configuration: to be previewed, then created. */
export function rolloutOfRevision(name: string, revision: number): RolloutCreate {
  return { target: { kind: 'config', name, revision, replaces: 'layer' }, selector: '' };
}

/** The rollout that takes one agent back to the stack that it had at this entry: to be previewed, then created. */
export function rolloutBackTo({
  instanceUid,
  configs,
}: Pick<AgentConfigEntry, 'instanceUid' | 'configs'>): RolloutCreate {
  return { target: { kind: 'config', configs: [...configs] }, selector: `instanceUid=${instanceUid}` };
}
