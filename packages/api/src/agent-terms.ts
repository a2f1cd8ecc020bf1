import { z } from 'zod';
import { AgentFilterSchema, ConnectionStateSchema, HealthStateSchema, SyncStateSchema } from './agents.ts';
import { PageQuerySchema, pageOf } from './page.ts';

/** A key as selectors name it: `env`, `label:env`, `attr:os.type`. */
const SelectorKeySchema = z.string().min(1).max(512);
const TermQuerySchema = z.strictObject({
  q: z.string().max(256).optional().meta({
    description:
      'What it starts with, else what it contains; without regard to case. Of more than 1,000 only those that start so are found',
  }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const AgentKeyQuerySchema = TermQuerySchema;
export type AgentKeyQuery = z.input<typeof AgentKeyQuerySchema>;

export const AgentKeySchema = z
  .object({
    key: z.string(),
    source: z.enum(['label', 'attribute']),
    agents: z.number().int().meta({ description: 'How many have it' }),
    values: z.number().int().meta({ description: 'How many different values it has' }),
  })
  .meta({ id: 'AgentKey' });
export type AgentKey = z.infer<typeof AgentKeySchema>;

export const AgentKeyListSchema = z
  .object({ items: z.array(AgentKeySchema), hasMore: z.boolean() })
  .meta({ id: 'AgentKeyList' });
export type AgentKeyList = z.infer<typeof AgentKeyListSchema>;

export const AgentValueQuerySchema = TermQuerySchema.extend({ key: SelectorKeySchema });
export type AgentValueQuery = z.input<typeof AgentValueQuerySchema>;

export const AgentValueSchema = z
  .object({ value: z.string(), agents: z.number().int().meta({ description: 'How many have it' }) })
  .meta({ id: 'AgentValue' });
export type AgentValue = z.infer<typeof AgentValueSchema>;

export const AgentValueListSchema = z
  .object({ items: z.array(AgentValueSchema), hasMore: z.boolean() })
  .meta({ id: 'AgentValueList' });
export type AgentValueList = z.infer<typeof AgentValueListSchema>;

export const AgentGroupQuerySchema = AgentFilterSchema.extend(PageQuerySchema.shape).extend({
  by: SelectorKeySchema.meta({
    description:
      '`type`, `version`, `host`, or a key as selectors name it: `env`, `label:type`, `attr:os.type`',
  }),
});
export type AgentGroupQuery = z.infer<typeof AgentGroupQuerySchema>;

export const AgentGroupSchema = z
  .object({
    value: z.string().nullable().meta({ description: 'null: those that have no value of the key' }),
    selector: z.string().meta({ description: 'Matches the agents of the group' }),
    agents: z.number().int(),
    state: z.record(ConnectionStateSchema, z.number().int()),
    health: z.record(HealthStateSchema, z.number().int()),
    sync: z.record(SyncStateSchema, z.number().int()),
  })
  .meta({ id: 'AgentGroup' });
export type AgentGroup = z.infer<typeof AgentGroupSchema>;
export const AgentGroupPageSchema = pageOf(AgentGroupSchema).meta({ id: 'AgentGroupPage' });
