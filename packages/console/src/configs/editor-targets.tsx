import type { FieldsCheckedBy } from '@drover/api';
import { useEffect, useId, useState } from 'react';
import styles from './editor-targets.module.css';
import { SchemaLine } from './schema-line.tsx';
import type { TargetKnowledge } from './use-knowledge.ts';

const PAUSE_MS = 400;

export interface EditorAgents {
  /** As it is typed. */
  readonly text: string;
  /** As it was when the typing paused: what is asked for. */
  readonly selector: string;
  readonly change: (text: string) => void;
}

/** The agents that a configuration is written for, as a selector; empty: all of them. */
export function useEditorAgents(): EditorAgents {
  const [text, setText] = useState('');
  const [selector, setSelector] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSelector(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return { text, selector, change: setText };
}

/** For which agents offers, help and checks are, and by which schemas. */
export function EditorTargets(props: {
  readonly agents: EditorAgents;
  readonly known: TargetKnowledge;
  /** What the settings were held against; undefined as long as nobody looked at them. */
  readonly checkedBy: readonly FieldsCheckedBy[] | undefined;
}) {
  const { agents, known, checkedBy } = props;
  const id = useId();
  return (
    <div className={styles.bar}>
      <label htmlFor={id} className={styles.label}>
        Written for
      </label>
      <input
        id={id}
        className={styles.input}
        value={agents.text}
        placeholder="all agents, or env=prod"
        spellCheck={false}
        autoComplete="off"
        aria-describedby={`${id}-schema`}
        aria-invalid={known.error !== null}
        onChange={(event) => agents.change(event.currentTarget.value)}
      />
      <SchemaLine id={`${id}-schema`} known={known} checkedBy={checkedBy} />
    </div>
  );
}
