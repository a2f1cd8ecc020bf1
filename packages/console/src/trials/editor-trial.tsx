import type { Finding } from '@drover/api';
import { type ReactNode, useId, useState } from 'react';
import { ToolButton } from '../components/tool-button.tsx';
import { programFindings } from './trial.ts';
import styles from './trial-panel.module.css';
import { TrialPanel } from './trial-panel.tsx';
import { type TrialSubject, useTrial } from './use-trial.ts';

/** The parts that an editor shows so that its text can be checked by a program. */
export interface EditorTrial {
  readonly button: ReactNode;
  /** Below the editor's bar; null as long as nobody wants it. */
  readonly panel: ReactNode;
  /** What the program said of the text as it is now. */
  readonly findings: readonly Finding[];
}

export function useEditorTrial(body: string, of: TrialSubject): EditorTrial {
  const trial = useTrial(body, of);
  const [isShown, setShown] = useState(false);
  const id = useId();
  return {
    button: (
      <ToolButton
        aria-expanded={isShown}
        {...(isShown ? { 'aria-controls': id } : {})}
        onClick={() => setShown(!isShown)}
      >
        <span>
          Check<span className={styles.ofWhom}> with a Collector</span>
        </span>
      </ToolButton>
    ),
    panel: isShown ? (
      <div id={id}>
        <TrialPanel trial={trial} body={body} name={of.name} />
      </div>
    ) : null,
    findings: programFindings(trial.state, body),
  };
}
