import { z } from 'zod';
import { TimeSchema } from './values.ts';

/** Where the value of a setting comes from. */
export const SETTING_SOURCES = ['default', 'file', 'environment', 'flag'] as const;

export const SelfSettingSchema = z
  .object({
    key: z.string(),
    value: z.string().nullable().meta({
      description: 'As an operator would write it; null for a secret, which is never shown',
    }),
    source: z.enum(SETTING_SOURCES),
    origin: z
      .string()
      .meta({ description: 'File with line and column, variable, or flag; empty for a default' }),
    default: z.string(),
    variable: z.string().meta({ description: 'The environment variable that sets it' }),
    about: z.string(),
    isSecret: z.boolean(),
  })
  .meta({ id: 'SelfSetting' });
export type SelfSetting = z.infer<typeof SelfSettingSchema>;
export const SelfSettingListSchema = z
  .object({ items: z.array(SelfSettingSchema) })
  .meta({ id: 'SelfSettingList' });

const durations = z.object({
  count: z.number().int().meta({ description: 'So many were looked at, the newest' }),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

/** How the process that answered is. */
export const SelfHealthSchema = z
  .object({
    at: TimeSchema,
    startedAt: TimeSchema,
    pid: z.number().int(),
    node: z.string(),
    eventLoop: z
      .object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number(), sinceSeconds: z.number() })
      .meta({ description: 'By how much timers came late, in the time named' }),
    memory: z.object({
      rssBytes: z.number(),
      heapUsedBytes: z.number(),
      heapLimitBytes: z.number(),
    }),
    cpuPercent: z
      .number()
      .nullable()
      .meta({ description: 'Of one core, since the answer before; null the first time' }),
    database: z.object({
      kind: z.enum(['sqlite', 'postgres']),
      isReachable: z.boolean(),
      pingMs: z.number().nullable(),
      sizeBytes: z.number().nullable(),
      writes: durations
        .nullable()
        .meta({ description: 'Until they were on disk; null where there was none yet' }),
    }),
    links: z.object({
      websocket: z.number().int(),
      http: z.number().int(),
      silent: z.number().int(),
      limit: z
        .number()
        .int()
        .nullable()
        .meta({ description: 'opamp.maxConnections; null where the system decides' }),
    }),
    agents: z.object({ known: z.number().int(), limit: z.number().int() }),
    eventStreams: z.object({ open: z.number().int(), limit: z.number().int() }),
    ownMetrics: z
      .object({
        isOffered: z.boolean(),
        selector: z.string(),
        heardFrom: z
          .number()
          .int()
          .meta({ description: 'Agents whose own metrics came here since the start' }),
      })
      .meta({ description: "Agents' own metrics, by which flow gates judge" }),
  })
  .meta({ id: 'SelfHealth' });
export type SelfHealth = z.infer<typeof SelfHealthSchema>;
