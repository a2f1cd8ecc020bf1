import { z } from 'zod';
import { AGENT_EXPORT_COLUMNS } from './agent-export-columns.ts';
import { AgentFilterSchema } from './agents.ts';

export const AGENT_EXPORT_FORMATS = ['csv', 'json'] as const;
/** Columns of one file. */
export const AGENT_EXPORT_COLUMNS_MAX = 200;

const known: ReadonlySet<string> = new Set(AGENT_EXPORT_COLUMNS);

/** A column by name, `label:KEY`, `attr:KEY`, or `label:*` for each label that an exported agent has. */
const ExportColumnSchema = z
  .string()
  .max(256)
  .refine((name) => known.has(name) || /^(label|attr):./.test(name), {
    error: `one of ${AGENT_EXPORT_COLUMNS.join(', ')}, label:KEY, attr:KEY, label:*`,
  });

export const AgentExportQuerySchema = AgentFilterSchema.extend({
  format: z.enum(AGENT_EXPORT_FORMATS).default('csv'),
  columns: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',') : value),
      z.array(ExportColumnSchema).min(1).max(AGENT_EXPORT_COLUMNS_MAX),
    )
    .optional()
    .meta({
      description:
        'Names of AgentSummary, label:KEY, attr:KEY, label:* for every label; left out: all names in CSV, whole summaries in JSON',
    }),
  sort: z.string().max(64).optional().meta({ description: 'As of GET /agents' }),
});
export type AgentExportQuery = z.input<typeof AgentExportQuerySchema>;
