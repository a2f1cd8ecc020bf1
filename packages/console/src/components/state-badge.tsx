import type { ReactNode } from 'react';
import styles from './state-badge.module.css';
import type { StateWord, Tone } from './tone.ts';

const shapes: Record<Tone, ReactNode> = {
  well: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  look: <path d="M6 1.2 11.4 10.6H.6z" fill="currentColor" />,
  broken: <path d="M6 .4 11.6 6 6 11.6.4 6z" fill="currentColor" />,
  progress: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 1.6a4.4 4.4 0 0 1 0 8.8z" fill="currentColor" />
    </>
  ),
  gone: (
    <circle
      cx="6"
      cy="6"
      r="4.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeDasharray="2.2 1.6"
    />
  ),
};

export function ToneShape(props: { readonly tone: Tone }) {
  return (
    <svg
      className={styles.shape}
      data-tone={props.tone}
      viewBox="0 0 12 12"
      width="10"
      height="10"
      aria-hidden="true"
    >
      {shapes[props.tone]}
    </svg>
  );
}

interface StateBadgeProps {
  readonly state: StateWord;
  /** `tint` stands out in a header; `plain` stays calm in a table. */
  readonly look?: 'plain' | 'tint';
  readonly children?: ReactNode;
}

/** A state: its shape, its word, its colour. */
export function StateBadge({ state, look = 'plain', children }: StateBadgeProps) {
  return (
    <span className={styles.badge} data-look={look} data-tone={state.tone}>
      <ToneShape tone={state.tone} />
      <span className={styles.word}>{children ?? state.word}</span>
    </span>
  );
}
