import { z } from 'zod';
import { type AgentFilter, AgentFilterSchema } from './agents.ts';
import { pageOf } from './page.ts';
import { TimeSchema } from './values.ts';

/** Shown as a tab: any words, on one line. */
export const SavedViewNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is kept out
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'no line breaks, no control characters')
  .meta({ description: 'At most 64 characters, without line breaks' });

export const SavedViewPutSchema = z
  .strictObject({
    filter: AgentFilterSchema.default({}),
    columns: z.array(z.string().min(1).max(256)).max(24).optional().meta({
      description: 'Ids of the columns of the Fleet page in their order; left out: the usual ones',
    }),
    sort: z.string().max(64).optional().meta({ description: 'As of GET /agents, or of GET /agents/groups' }),
    by: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: 'Groups by this key, as GET /agents/groups' }),
  })
  .meta({ id: 'SavedViewPut' });
export type SavedViewPut = Omit<z.infer<typeof SavedViewPutSchema>, 'filter'> & {
  readonly filter?: AgentFilter | undefined;
};

/** What the Fleet page shows, under a name; shared by all operators. */
export const SavedViewSchema = SavedViewPutSchema.extend({
  name: z.string(),
  author: z.string().meta({ description: 'Who wrote it last' }),
  createdAt: TimeSchema,
  updatedAt: TimeSchema,
}).meta({ id: 'SavedView' });
export type SavedView = z.infer<typeof SavedViewSchema>;
export const SavedViewPageSchema = pageOf(SavedViewSchema).meta({ id: 'SavedViewPage' });
