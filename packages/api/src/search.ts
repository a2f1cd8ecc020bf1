import { z } from 'zod';
import { ConnectionStateSchema, HealthStateSchema } from './agents.ts';
import { PageQuerySchema } from './page.ts';
import { HashSchema, InstanceUidSchema, SEARCH_MAX_CHARS } from './values.ts';

export const SearchQuerySchema = z.strictObject({
  q: z.string().max(SEARCH_MAX_CHARS).meta({
    description:
      'Terms that all have to be met: text, exporter:otlp, exports:host, endpoint:host, key:name=value, path:a::*::b=value; "-" in front for what must not be there',
  }),
  in: z.enum(['configs', 'effective', 'all']).default('all').meta({
    description: 'Configurations, what agents say that they run, or both',
  }),
  revisions: z.enum(['newest', 'all']).default('newest').meta({ description: 'Of configurations' }),
  selector: z
    .string()
    .max(4096)
    .optional()
    .meta({ description: 'Counts and contents of these agents alone' }),
  limit: PageQuerySchema.shape.limit,
  cursor: PageQuerySchema.shape.cursor,
});
export type SearchQuery = z.input<typeof SearchQuerySchema>;

export const SearchHitSchema = z
  .object({
    line: z.number().int().meta({ description: 'From 1' }),
    path: z.string().meta({ description: 'e.g. exporters::otlp::endpoint; empty where that is not known' }),
    text: z
      .string()
      .meta({ description: 'The line, secrets masked; a long one is cut around what was found' }),
    marks: z
      .array(z.tuple([z.number().int(), z.number().int()]))
      .meta({ description: 'What was found in text: start and end, in UTF-16 units' }),
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.infer<typeof SearchHitSchema>;

const linesShape = {
  lines: z.number().int().meta({ description: 'How many lines were found' }),
  hits: z.array(SearchHitSchema).meta({ description: 'The first 20 of them' }),
};

export const ConfigFoundSchema = z
  .object({
    kind: z.literal('config'),
    name: z.string(),
    revision: z.number().int(),
    isNewest: z.boolean(),
    agents: z.number().int().meta({ description: 'That are to run this revision' }),
    ...linesShape,
  })
  .meta({ id: 'ConfigFound' });
export type ConfigFound = z.infer<typeof ConfigFoundSchema>;

/** A content that agents run, the same for all of them but for what names the agent itself. */
export const EffectiveFoundSchema = z
  .object({
    kind: z.literal('effective'),
    content: HashSchema.meta({ description: 'Its agents: GET /agents?effective=' }),
    agents: z.number().int(),
    sample: z
      .array(
        z.object({
          instanceUid: InstanceUidSchema,
          displayName: z.string(),
          state: ConnectionStateSchema,
          health: HealthStateSchema,
        }),
      )
      .meta({ description: 'A few of them' }),
    files: z.array(z.object({ name: z.string(), ...linesShape })),
  })
  .meta({ id: 'EffectiveFound' });
export type EffectiveFound = z.infer<typeof EffectiveFoundSchema>;

export const SearchPageSchema = z
  .object({
    items: z
      .array(z.discriminatedUnion('kind', [ConfigFoundSchema, EffectiveFoundSchema]))
      .meta({ description: 'Configurations by name, then contents by how many agents run them' }),
    nextCursor: z.string().nullable(),
    total: z.number().int(),
    agents: z
      .object({
        matched: z.number().int().meta({ description: 'All of them: GET /agents?runs=' }),
        searched: z.number().int(),
        notReported: z.number().int().meta({ description: 'Never said what they run' }),
        notSearched: z
          .number()
          .int()
          .meta({ description: 'What they run is not read yet, or beyond the limit' }),
      })
      .nullable()
      .meta({ description: 'null where effective configurations were not searched' }),
    configs: z
      .object({ searched: z.number().int().meta({ description: 'Revisions' }) })
      .nullable()
      .meta({ description: 'null where configurations were not searched' }),
    isTruncated: z.boolean().meta({ description: 'There is more than could be looked at, or kept' }),
  })
  .meta({ id: 'SearchPage' });
export type SearchPage = z.infer<typeof SearchPageSchema>;
