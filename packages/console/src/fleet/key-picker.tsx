import type { AgentKey } from '@drover/api';
import { TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { useApi } from '../data/console-context.tsx';
import styles from './fleet-choices.module.css';

const SHOWN = 50;

interface KeyPickerProps {
  readonly label: string;
  /** `label:env`, `attr:os.type`: those that are not offered. */
  readonly without: readonly string[];
  readonly onPick: (id: string) => void;
}

/** A label or an attribute that agents of the fleet have. */
export function KeyPicker({ label, without, onPick }: KeyPickerProps) {
  const api = useApi();
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const query = { q: text.trim(), limit: SHOWN };
  const keys = useQuery({
    queryKey: ['agent-keys', query],
    queryFn: ({ signal }) => api.agentKeys(query, signal),
    placeholderData: keepPreviousData,
  });
  const idOf = ({ source, key }: AgentKey) => `${source === 'label' ? 'label' : 'attr'}:${key}`;
  // A comma would divide it where keys are listed.
  const offered = (keys.data?.items ?? []).filter(
    (key) => !key.key.includes(',') && !without.includes(idOf(key)),
  );
  return (
    <div>
      <TextInput
        ref={field}
        label={label}
        placeholder="Part of its name"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        spellCheck={false}
        autoComplete="off"
      />
      <ul className={styles.keys} aria-label="Labels and attributes">
        {offered.map((key) => (
          <li key={idOf(key)}>
            <button
              type="button"
              className={styles.key}
              onClick={() => {
                // What was pressed is gone from the list then.
                field.current?.focus();
                onPick(idOf(key));
              }}
            >
              <bdi className={styles.word}>{key.key}</bdi>
              <span className={styles.aside}>
                {key.source}, {formatCount(key.values)} {key.values === 1 ? 'value' : 'values'}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {keys.data !== undefined && offered.length === 0 ? (
        <p className={styles.aside}>
          {text === '' ? 'No agent has another one.' : `No label or attribute matches “${text}”.`}
        </p>
      ) : null}
      {keys.data?.hasMore ? (
        <p className={styles.aside}>The first {countOf(SHOWN, 'key')}; type to find more.</p>
      ) : null}
    </div>
  );
}
