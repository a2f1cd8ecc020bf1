import { z } from 'zod';
import { pageOf } from './page.ts';
import { TimeSchema } from './values.ts';

/** A Collector distribution or its version, as agents report them in `service.name` and `service.version`. */
export const DistributionSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/)
  .meta({ description: 'Letters, digits, ".", "_", "+", "-"; at most 128' });

const OriginSchema = z.enum(['bundled', 'stored']).meta({
  description: 'bundled: comes with this server; stored: an operator put it, in the place of a bundled one',
});

export const ComponentSchemaSummarySchema = z
  .object({
    distribution: z.string(),
    version: z.string(),
    origin: OriginSchema,
    components: z.number().int().nonnegative().meta({ description: 'How many components have a schema' }),
    hash: z.string(),
    createdAt: TimeSchema.nullable().meta({ description: 'null for a bundled one' }),
    author: z.string().nullable().meta({ description: 'null for a bundled one' }),
  })
  .meta({ id: 'ComponentSchemaSummary' });
export type ComponentSchemaSummary = z.infer<typeof ComponentSchemaSummarySchema>;
export const ComponentSchemaPageSchema = pageOf(ComponentSchemaSummarySchema).meta({
  id: 'ComponentSchemaPage',
});

/** Settings of a component, in a part of JSON Schema 2020-12. */
export const FieldSchemaSchema = z.record(z.string(), z.unknown()).meta({
  id: 'FieldSchema',
  description:
    'JSON Schema 2020-12, of which type, format ("duration": of Go), properties, additionalProperties, items, enum, default, description, deprecated, $ref to "#/$defs/…" of the same component and $defs are understood; "x-unchecked": what stands here is not known, but for its properties; "x-ignore-case": the words of enum are taken in upper and lower case',
});

const componentsShape = z.record(z.string(), z.record(z.string(), FieldSchemaSchema)).meta({
  description: 'By section (receivers, processors, exporters, connectors, extensions) and component type',
});

/** The schemas of the components of one Collector distribution in one version. */
export const ComponentSchemasSchema = z
  .object({
    distribution: z.string(),
    version: z.string(),
    modules: z.array(z.string()).optional().meta({ description: 'Go modules that they were made of' }),
    components: componentsShape,
    service: FieldSchemaSchema.optional().meta({ description: 'Of the section service' }),
  })
  .meta({ id: 'ComponentSchemas' });
export type ComponentSchemasDocument = z.infer<typeof ComponentSchemasSchema>;

export const ComponentSchemasPutSchema = z.strictObject({
  distribution: z.string().optional().meta({ description: 'Where given, the one of the address' }),
  version: z.string().optional().meta({ description: 'Where given, the one of the address' }),
  modules: z.array(z.string()).optional(),
  components: componentsShape,
  service: FieldSchemaSchema.optional(),
});
export type ComponentSchemasPut = z.infer<typeof ComponentSchemasPutSchema>;

/** What agents that match report to be, and the schemas that serve for them. */
export const ComponentSchemaTargetSchema = z.object({
  distribution: z.string().meta({ description: "The agents' service.name; empty where they report none" }),
  version: z.string().meta({ description: "The agents' service.version; empty where they report none" }),
  agents: z.number().int().positive(),
  schema: z
    .object({
      distribution: z.string(),
      version: z.string(),
      origin: OriginSchema,
      hash: z.string(),
      match: z.enum(['exact', 'nearest']).meta({
        description: 'nearest: of the newest version below, of the same distribution and major version',
      }),
    })
    .nullable()
    .meta({ description: 'null: none is known' }),
});
export type ComponentSchemaTarget = z.infer<typeof ComponentSchemaTargetSchema>;

export const ComponentSchemaTargetsSchema = z
  .object({
    agents: z.number().int().nonnegative().meta({ description: 'How many match' }),
    targets: z.array(ComponentSchemaTargetSchema).meta({
      description: 'Most agents first; at most 100',
    }),
  })
  .meta({ id: 'ComponentSchemaTargets' });
export type ComponentSchemaTargets = z.infer<typeof ComponentSchemaTargetsSchema>;
