import { z } from 'zod';

/** RFC 9457 problem details, the body of every error. */
export const ProblemSchema = z
  .object({
    type: z.string().default('about:blank'),
    title: z.string(),
    status: z.number().int(),
    code: z.string().meta({ description: 'Stable; match on this and on nothing else' }),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string(),
          detail: z.string(),
          line: z.number().int().optional(),
          column: z.number().int().optional(),
          suggestion: z.string().optional().meta({
            description: 'What may have been meant, in the place of the whole value',
          }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof ProblemSchema>;
