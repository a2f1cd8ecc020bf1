import type { BulkResult, BulkSelection } from '@drover/api';
import type { ReactNode } from 'react';
import { ActRemainder } from '../components/act-remainder.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { countOf } from '../components/format.ts';
import styles from './selection-dock.module.css';

/** What a dialog of an act on many agents is given. */
export interface BulkDialogChoice {
  readonly selection: BulkSelection;
  /** How many are chosen, as far as is known here. */
  readonly chosen: number;
  readonly onClose: () => void;
  /** With a line that says what was done, empty where that is said elsewhere. */
  readonly onDone: (said: string) => void;
}

interface BulkDialogProps {
  /** `Restart`: with the number of agents it is title and button. */
  readonly verb: string;
  /** How many are chosen, shown until they are counted. */
  readonly chosen: number;
  /** Undefined while it is being counted, or where there is nothing to count yet. */
  readonly result: BulkResult | undefined;
  readonly isCounting: boolean;
  /** What stands above the effect: the fields of the act. */
  readonly fields?: ReactNode;
  /** What will happen to so many agents. */
  readonly effect: (agents: string) => ReactNode;
  /** What has to be given once the effect is known. */
  readonly proof?: ReactNode;
  /** `stand so already`. */
  readonly already: string;
  readonly isReady?: boolean;
  readonly isDangerous?: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onAct: () => void;
  readonly onClose: () => void;
}

/** An act on many agents: its fields, what it would do to how many, who cannot and why, and a button that says the number. */
export function BulkDialog(props: BulkDialogProps) {
  const { verb, chosen, result, isReady = true } = props;
  const agents = countOf(result?.changed ?? chosen, 'agent');
  const isNothing = result?.changed === 0;
  return (
    <ConfirmDialog
      isOpen
      title={`${verb} ${agents}`}
      confirmLabel={`${verb} ${agents}`}
      isReady={isReady && result !== undefined && !isNothing}
      {...(props.isDangerous === true ? { isDangerous: true } : {})}
      isBusy={props.isBusy}
      error={props.error}
      onConfirm={props.onAct}
      onClose={props.onClose}
    >
      {props.fields}
      <div role="status" className={styles.effect}>
        {result === undefined ? (
          props.isCounting ? (
            <p>Counting agents…</p>
          ) : null
        ) : isNothing ? (
          <p>Nothing to change.</p>
        ) : (
          props.effect(agents)
        )}
        {result === undefined ? null : <ActRemainder result={result} already={props.already} isWhole />}
      </div>
      {props.proof}
    </ConfirmDialog>
  );
}
