import { z } from 'zod';
import { pageOf } from './page.ts';
import { NameSchema, TimeSchema } from './values.ts';

/** Characters of a secret's value, at most. */
export const SECRET_MAX_CHARS = 64 * 1024;

/** Who depends on a secret now. */
export const SecretUseSchema = z.object({
  configs: z.array(z.string()).meta({
    description: 'Configurations that name it, in a revision that agents are to run or that a rollout holds',
  }),
  agents: z.number().int().meta({ description: 'That are to run a configuration which names it' }),
});
export type SecretUse = z.infer<typeof SecretUseSchema>;

/** A secret without its value, which is never shown. */
export const SecretSchema = z
  .object({
    name: z.string(),
    version: z.number().int().positive().meta({ description: 'Grows with each new value' }),
    createdAt: TimeSchema,
    updatedAt: TimeSchema,
    author: z.string().meta({ description: 'Who set this value' }),
    isReadable: z.boolean().meta({
      description: "False where the value cannot be opened with this server's key: set it again",
    }),
    usedBy: SecretUseSchema,
  })
  .meta({ id: 'Secret' });
export type Secret = z.infer<typeof SecretSchema>;
export const SecretPageSchema = pageOf(SecretSchema).meta({ id: 'SecretPage' });

export const SecretPutSchema = z.strictObject({ value: z.string().min(1).max(SECRET_MAX_CHARS) });
export type SecretPut = z.infer<typeof SecretPutSchema>;
export const SecretNameSchema = NameSchema;
