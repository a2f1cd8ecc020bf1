import type { ConfigFormat } from '@drover/api';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../data/console-context.tsx';
import type { Checker, TrialState } from './trial.ts';

/** What the text is. */
export interface TrialSubject {
  /** The configuration that it is to be a revision of; undefined for a new one. */
  readonly name: string | undefined;
  readonly format: ConfigFormat;
}

export interface Trial {
  readonly state: TrialState;
  /** Asks about the text as it is now; whoever was asked before is waited for no longer. */
  ask(checker: Checker): void;
  cancel(): void;
}

/** Asks a program about a text, when somebody wants it and never by itself. */
export function useTrial(body: string, { name, format }: TrialSubject): Trial {
  const api = useApi();
  const [state, setState] = useState<TrialState>({ kind: 'none' });
  const waiting = useRef<AbortController>(undefined);
  useEffect(() => () => waiting.current?.abort(), []);
  return {
    state,
    ask(checker) {
      waiting.current?.abort();
      const abort = new AbortController();
      waiting.current = abort;
      setState({ kind: 'asking', checker });
      const input = { body, format, with: checker.with, ...(name === undefined ? {} : { name }) };
      api.validateConfig(input, abort.signal).then(
        (result) => {
          if (!abort.signal.aborted) setState({ kind: 'answered', checker, body, result });
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setState({ kind: 'failed', checker, error });
        },
      );
    },
    cancel() {
      waiting.current?.abort();
      setState({ kind: 'none' });
    },
  };
}
