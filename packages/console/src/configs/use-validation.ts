import type { ConfigFormat, Finding } from '@drover/api';
import { useEffect, useMemo, useState } from 'react';
import { useApi } from '../data/console-context.tsx';
import type { TextAnswerState } from '../text/use-text-answer.ts';
import { type Answer, type Validation, validationOf } from './validation.ts';

const PAUSE_MS = 350;
/** A large text takes the server longer: it is asked less often. */
const PAUSE_MS_PER_CHAR = 0.002;

interface CheckedText {
  readonly format: ConfigFormat;
  readonly contentType: string;
  /** Of the agents that it is checked for; empty: for none in particular. */
  readonly selector: string;
}

interface OtherFindings {
  /** What a program said of the text as it is. */
  readonly program: readonly Finding[];
  readonly reading: TextAnswerState<'read'>;
}

/**
 * What is found in a text: at once what it shows of itself, and the server's findings, asked for when the typing pauses.
 * The last answer stays until the next is there.
 */
export function useValidation(
  body: string,
  { format, contentType, selector }: CheckedText,
  { program, reading }: OtherFindings,
): Validation {
  const api = useApi();
  const [answer, setAnswer] = useState<Answer>({ kind: 'checking' });
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(
      () => {
        const target = selector === '' ? {} : { selector };
        api.validateConfig({ body, format, contentType, ...target }, abort.signal).then(
          ({ problems: findings, schemas }) => setAnswer({ kind: 'checked', body, findings, schemas }),
          (error: unknown) => {
            if (!abort.signal.aborted) setAnswer({ kind: 'unchecked', error });
          },
        );
      },
      PAUSE_MS + body.length * PAUSE_MS_PER_CHAR,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, body, format, contentType, selector]);
  const isFresh = answer.kind === 'checked' && answer.body === body;
  const own = !isFresh && reading.kind === 'answered' ? reading.answer.findings : undefined;
  return useMemo(() => validationOf(answer, own, program), [answer, own, program]);
}
