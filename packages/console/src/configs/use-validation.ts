import type { ConfigFormat, FieldsCheckedBy, Finding } from '@drover/api';
import { useEffect, useState } from 'react';
import { useApi } from '../data/console-context.tsx';

const PAUSE_MS = 350;

type Checked = {
  readonly kind: 'checked';
  readonly isValid: boolean;
  readonly findings: readonly Finding[];
  /** What the settings were held against; absent where they were not looked at. */
  readonly schemas?: readonly FieldsCheckedBy[] | undefined;
};

export type Validation =
  | { readonly kind: 'checking' }
  | Checked
  | { readonly kind: 'unchecked'; readonly error: unknown };

interface CheckedText {
  readonly format: ConfigFormat;
  readonly contentType: string;
  /** Of the agents that it is checked for; empty: for none in particular. */
  readonly selector: string;
}

/**
 * The server's findings on a text, asked for when the typing pauses. The last answer stays until the next is there.
 * `more`: what others found in it.
 */
export function useValidation(
  body: string,
  { format, contentType, selector }: CheckedText,
  more: readonly Finding[] = NONE,
): Validation {
  const api = useApi();
  const [validation, setValidation] = useState<Validation>({ kind: 'checking' });
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const target = selector === '' ? {} : { selector };
      api.validateConfig({ body, format, contentType, ...target }, abort.signal).then(
        ({ valid: isValid, problems: findings, schemas }) =>
          setValidation({ kind: 'checked', isValid, findings, schemas }),
        (error: unknown) => {
          if (!abort.signal.aborted) setValidation({ kind: 'unchecked', error });
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, body, format, contentType, selector]);
  return validation.kind === 'checked' && more.length > 0 ? withMore(validation, more) : validation;
}

const NONE = [] as const;

function withMore(checked: Checked, more: readonly Finding[]): Checked {
  const findings = [...checked.findings, ...more].sort((a, b) => a.line - b.line || a.column - b.column);
  return { ...checked, isValid: findings.every(({ severity }) => severity !== 'error'), findings };
}
