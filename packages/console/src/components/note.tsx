import type { ReactNode } from 'react';
import styles from './note.module.css';
import { ToneShape } from './state-badge.tsx';
import type { Tone } from './tone.ts';

interface NoteProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly isAlert?: boolean;
}

/** A remark in the page, where what it is about happened. */
export function Note({ tone, children, actions, isAlert }: NoteProps) {
  return (
    <div className={styles.note} data-tone={tone} role={isAlert === true ? 'alert' : undefined}>
      <span className={styles.shape}>
        <ToneShape tone={tone} />
      </span>
      <div className={styles.text}>{children}</div>
      {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
