import { z } from 'zod';
import { TimeSchema } from './values.ts';

const rate = z.number().nonnegative().nullable();

/**
 * What flows through one agent, as its own metrics say: spans, data points and log records alike, a second. Null where it is not known: the agent has sent
 * none, or only once since the control plane started.
 */
export const AgentFlowSchema = z
  .object({
    at: TimeSchema.nullable().meta({ description: 'When it sent its own metrics last' }),
    seconds: z
      .number()
      .nonnegative()
      .nullable()
      .meta({ description: 'Over how long the rates are; at most a minute, or between two exports' }),
    accepted: rate,
    sent: rate,
    refused: rate,
    failed: rate.meta({ description: 'Gave up to send' }),
    queuePercent: z.number().nullable().meta({ description: 'Of the fullest queue' }),
    memoryBytes: z.number().nullable(),
    byOwnToken: z.boolean().meta({
      description:
        'Sent by the token that the agent was given for that; else anybody may have sent it who may connect',
    }),
    offer: z
      .object({
        state: z.enum(['not_told', 'told', 'applied', 'failed', 'taken_back']).meta({
          description:
            'not_told: it cannot, or is not to be told; told: without a verdict, since some agents give none; failed: it cannot use what it was told, and is not told the same again by itself; taken_back: it is to send them here no more',
        }),
        error: z.string().meta({ description: 'Why it failed; else empty' }),
      })
      .nullable()
      .meta({
        description:
          'What the agent was told of where to send its own metrics; null while it is not connected',
      }),
  })
  .meta({ id: 'AgentFlow' });
export type AgentFlow = z.infer<typeof AgentFlowSchema>;
