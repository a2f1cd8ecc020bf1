import type { FieldsCheckedBy, Finding } from '@drover/api';

/** What the server said. */
export type Answer =
  | { readonly kind: 'checking' }
  | {
      readonly kind: 'checked';
      /** The text that it said it of. */
      readonly body: string;
      readonly findings: readonly Finding[];
      /** What the settings were held against; absent where they were not looked at. */
      readonly schemas?: readonly FieldsCheckedBy[] | undefined;
    }
  | { readonly kind: 'unchecked'; readonly error: unknown };

/** What is known of a text by what was found in it. */
export type Checking =
  | { readonly kind: 'checking' }
  | {
      readonly kind: 'checked';
      readonly findings: readonly Finding[];
      readonly schemas?: readonly FieldsCheckedBy[] | undefined;
    }
  | { readonly kind: 'unchecked'; readonly error: unknown };

/** `marks` stand in the text, whatever else is known of it. */
export type Validation = Checking & { readonly marks: readonly Finding[] };

/** What a text shows of itself: of these the newest reading of it knows all. */
const OWN = new Set<Finding['source']>(['yaml', 'structure']);

/**
 * What is known of a text. `own` is what it shows of itself, where the server has not answered for it yet; `program` is
 * what a Collector said of it.
 */
export function validationOf(
  answer: Answer,
  own: readonly Finding[] | undefined,
  program: readonly Finding[],
): Validation {
  if (answer.kind !== 'checked') return { ...answer, marks: byPlace([...(own ?? []), ...program]) };
  const { schemas } = answer;
  const others = own === undefined ? answer.findings : [...own, ...laterFindings(answer.findings, own)];
  const findings = byPlace([...others, ...program]);
  return { kind: 'checked', findings, schemas, marks: findings };
}

/** Of a text that does not parse nobody looked at the settings. */
export function isParsed(findings: readonly Finding[]): boolean {
  return !findings.some(({ source, severity }) => source === 'yaml' && severity === 'error');
}

/** What only the server finds stays as it last said it, but for a text that nobody can read: there nobody looked. */
function laterFindings(findings: readonly Finding[], own: readonly Finding[]): readonly Finding[] {
  if (!isParsed(own)) return [];
  return findings.filter(({ source }) => !OWN.has(source));
}

function byPlace(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
