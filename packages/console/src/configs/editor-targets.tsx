import { useEffect, useId, useState } from 'react';
import { failureOf } from '../data/failure-text.ts';
import styles from './editor-targets.module.css';
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
export function EditorTargets(props: { readonly agents: EditorAgents; readonly known: TargetKnowledge }) {
  const { agents, known } = props;
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
      <span id={`${id}-schema`} role="status" className={styles.words}>
        <Words known={known} />
      </span>
    </div>
  );
}

function Words({ known: { choice, error } }: { readonly known: TargetKnowledge }) {
  if (error !== null)
    return <span className={styles.look}>Schemas unavailable: {failureOf(error).detail}</span>;
  if (choice === undefined) return null;
  const { gaps, words } = choice;
  return (
    <>
      <span>Schema: {words}</span>
      {gaps.length === 0 ? null : (
        <span className={styles.look}>No schema for {gaps.join(', ')}: not checked</span>
      )}
    </>
  );
}
