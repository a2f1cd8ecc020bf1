import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './confirm-dialog.module.css';
import { FailureNote } from './failure-note.tsx';

interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** What will happen, with numbers, and whether it can be taken back. */
  readonly children: ReactNode;
  /** Names the act: `Forget agent`, never `OK`. */
  readonly confirmLabel: string;
  readonly isDangerous?: boolean;
  /** False while something has to be filled in or counted first. */
  readonly isReady?: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const isReady = props.isReady !== false;
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !props.isBusy) props.onConfirm();
        }}
      >
        <div className={styles.text}>{props.children}</div>
        {props.error === null || props.error === undefined ? null : <FailureNote error={props.error} />}
        <div className={styles.actions}>
          <Button onClick={props.onClose} data-autofocus={props.isDangerous === true ? true : undefined}>
            Cancel
          </Button>
          <Button
            variant="filled"
            {...(props.isDangerous === true ? { color: 'broken' } : {})}
            loading={props.isBusy}
            disabled={!isReady}
            type="submit"
            data-autofocus={props.isDangerous === true || !isReady ? undefined : true}
          >
            {props.confirmLabel}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
