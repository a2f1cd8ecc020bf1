import { COMPONENT_SECTIONS } from '@drover/collector-config';
import * as z from 'zod/mini';
import { parseEndpointPattern } from '../policy/endpoint.ts';
import type { HostPolicy, Lists } from '../policy/host-policy.ts';
import { filePatternProblem, namePatternProblem, programPatternProblem } from '../policy/rules.ts';

/** The key `policy` as it is written: pairs of lists, each with patterns of its own kind. */

const filePatterns = patterns(filePatternProblem);

const programPatterns = patterns(programPatternProblem);

const endpointPatterns = patterns((text) =>
  parseEndpointPattern(text) === undefined
    ? `"${text}" is no endpoint; write host, host:port, *.example.com:443, 10.0.0.0/8 or https://host`
    : undefined,
);

const namePatterns = patterns(namePatternProblem);

/** A pattern that is not understood must not be taken for one that nothing matches. */
function patterns(problemOf: (text: string) => string | undefined) {
  const pattern = z.pipe(
    z.string().check(z.minLength(1)),
    z.transform((text, context) => {
      const message = problemOf(text);
      if (message === undefined) return text;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    }),
  );
  return z.nullish(
    z.strictObject({ allow: z.optional(z.array(pattern)), deny: z.optional(z.array(pattern)) }),
  );
}

export const policyInFile = z.strictObject({
  receivers: namePatterns,
  processors: namePatterns,
  exporters: namePatterns,
  connectors: namePatterns,
  extensions: namePatterns,
  files: z.nullish(z.strictObject({ read: filePatterns, write: filePatterns })),
  endpoints: endpointPatterns,
  environment: namePatterns,
  programs: programPatterns,
  plain_text: z.nullish(z.array(z.string().check(z.minLength(1)))),
});

export type PolicyInFile = z.infer<typeof policyInFile>;

export function toHostPolicy(file: PolicyInFile): HostPolicy {
  const sections = Object.keys(COMPONENT_SECTIONS) as (keyof typeof COMPONENT_SECTIONS)[];
  return {
    components: Object.fromEntries(
      sections.map((section) => [section, toLists(file[section])]),
    ) as HostPolicy['components'],
    read: toLists(file.files?.read),
    write: toLists(file.files?.write),
    endpoints: toLists(file.endpoints),
    environment: toLists(file.environment),
    programs: toLists(file.programs),
    plainText: file.plain_text ?? [],
  };
}

function toLists(
  lists: { readonly allow?: string[] | undefined; readonly deny?: string[] | undefined } | null | undefined,
): Lists {
  return { allow: lists?.allow, deny: lists?.deny ?? [] };
}
