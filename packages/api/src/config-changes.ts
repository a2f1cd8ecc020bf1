import { z } from 'zod';

const settings = z.array(
  z.object({ path: z.string(), before: z.json().optional(), after: z.json().optional() }),
);
const change = z.enum(['added', 'removed', 'changed']);
const role = z.object({ added: z.array(z.string()), removed: z.array(z.string()), isReordered: z.boolean() });

/** What one configuration changes of another, however both are written. */
export const ConfigChangesSchema = z
  .object({
    isChanged: z.boolean(),
    pipelines: z.array(
      z.object({
        id: z.string(),
        change,
        roles: z.object({ receivers: role, processors: role, exporters: role }),
      }),
    ),
    components: z.array(
      z.object({ kind: z.string(), id: z.string(), change, settings, pipelines: z.array(z.string()) }),
    ),
    settings,
  })
  .meta({ id: 'ConfigChanges' });
export type ConfigChanges = z.infer<typeof ConfigChangesSchema>;
