import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import { Note } from '../components/note.tsx';
import { Select } from '../components/select.tsx';
import { useApi } from '../data/console-context.tsx';
import { failureOf } from '../data/failure-text.ts';
import { checkersOf, programFindings, verdictText } from './trial.ts';
import styles from './trial-panel.module.css';
import type { Trial } from './use-trial.ts';

const PROPOSED = 20;
const PAUSE_MS = 250;
const REFRESH_MS = 10_000;

interface TrialPanelProps {
  readonly trial: Trial;
  readonly body: string;
  readonly name: string | undefined;
}

/** Check with whether the text would run, and what came of it. */
export function TrialPanel({ trial, body, name }: TrialPanelProps) {
  const api = useApi();
  const [selector, setSelector] = useState('');
  const [chosen, setChosen] = useState<string>();
  const [wanted] = useDebouncedValue(selector.trim(), PAUSE_MS);
  const proposed = useQuery(
    queryOptions({
      queryKey: ['config-trial', name ?? '', wanted],
      queryFn: ({ signal }) =>
        api.configTrialAgents(
          {
            limit: PROPOSED,
            ...(wanted === '' ? {} : { selector: wanted }),
            ...(name === undefined ? {} : { name }),
          },
          signal,
        ),
      placeholderData: keepPreviousData,
      refetchInterval: REFRESH_MS,
      retry: false,
    }),
  );
  const checkers = proposed.data === undefined ? [] : checkersOf(proposed.data);
  const checker = checkers.find(({ key }) => key === chosen) ?? checkers[0];
  const isAsking = trial.state.kind === 'asking';
  return (
    <section className={styles.panel} aria-label="Check with a Collector">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (checker !== undefined && !isAsking) trial.ask(checker);
        }}
      >
        <Select
          label="Check with"
          value={checker?.key ?? ''}
          options={
            checkers.length === 0
              ? [{ value: '', word: proposed.isPending ? 'Searching…' : 'None available' }]
              : checkers.map(({ key, word }) => ({ value: key, word }))
          }
          onChange={setChosen}
        />
        <TextInput
          label="Filter agents"
          placeholder="region=eu, or all"
          value={selector}
          error={proposed.isError ? faultOf(proposed.error) : undefined}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setSelector(event.currentTarget.value)}
        />
        <Button type="submit" disabled={checker === undefined} loading={isAsking} className={styles.ask}>
          Check
        </Button>
      </form>
      {proposed.isSuccess && checkers.length === 0 ? (
        <p className={styles.hint}>
          {wanted === '' ? 'No connected agent' : 'No matching connected agent'} has a Drover supervisor that
          can check, and the server has no Collector of its own (<code>configs.collector</code>).
        </p>
      ) : null}
      <div role="status">
        <TrialOutcome trial={trial} body={body} />
      </div>
    </section>
  );
}

function faultOf(error: unknown): string {
  const { detail, column } = failureOf(error);
  return `${detail}${column === undefined ? '' : ` (column ${column})`}`;
}

function TrialOutcome({ trial, body }: Pick<TrialPanelProps, 'trial' | 'body'>) {
  const { state } = trial;
  switch (state.kind) {
    case 'none':
      return (
        <p className={styles.hint}>
          The program itself checks the text as that agent would be offered it. Nothing that is running is
          affected.
        </p>
      );
    case 'asking':
      return (
        <Note
          tone="progress"
          actions={
            <Button variant="subtle" size="compact-sm" onClick={trial.cancel}>
              Stop waiting
            </Button>
          }
        >
          Waiting for {state.checker.word}…
          {state.checker.isSlow ? ' It polls, so the answer may take half a minute.' : null}
        </Note>
      );
    case 'failed':
      return <FailureNote error={state.error} />;
    case 'answered': {
      const { trial: answer } = state.result;
      if (answer === undefined) return null;
      if (state.body !== body)
        return <Note tone="gone">The text has changed since {state.checker.word} checked it.</Note>;
      const { tone, text } = verdictText(answer, programFindings(state, body).length);
      return <Note tone={tone}>{text}</Note>;
    }
  }
}
