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
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
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
          onClick={props.onConfirm}
          data-autofocus={props.isDangerous === true ? undefined : true}
        >
          {props.confirmLabel}
        </Button>
      </div>
    </Modal>
  );
}
