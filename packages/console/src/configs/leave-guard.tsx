import { Button, Modal } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import styles from '../components/confirm-dialog.module.css';

interface LeaveGuardProps {
  /** As `edge`; undefined for a configuration that has no name yet. */
  readonly name: string | undefined;
  readonly isUnsaved: boolean;
  /** The browser keeps what was typed. */
  readonly isKept: boolean;
  readonly onDiscard: () => void;
}

/** Asks before a page with unsaved text is left, within the console or out of it. Other views of the same page are no leaving. */
export function LeaveGuard({ name, isUnsaved, isKept, onDiscard }: LeaveGuardProps) {
  const blocker = useBlocker({
    // A session that ended leads to the login and back: that is no wish to leave.
    shouldBlockFn: ({ current, next }) =>
      isUnsaved && current.pathname !== next.pathname && next.routeId !== '/login',
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  });
  const isAsking = blocker.status === 'blocked';
  return (
    <Modal
      opened={isAsking}
      onClose={() => blocker.reset?.()}
      title="Leave with unsaved changes?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={styles.text}>
        <p>
          {name === undefined ? 'The new configuration' : `“${name}”`} has changes not saved as a draft or
          revision.{' '}
          {isKept
            ? 'This browser keeps them and restores them when you return.'
            : 'This browser cannot keep them: they are lost if you leave.'}
        </p>
      </div>
      <div className={styles.actions}>
        <Button onClick={() => blocker.reset?.()} data-autofocus>
          Stay
        </Button>
        <Button
          onClick={() => {
            onDiscard();
            blocker.proceed?.();
          }}
        >
          Discard and leave
        </Button>
        {isKept ? (
          <Button variant="filled" onClick={() => blocker.proceed?.()}>
            Leave and keep them
          </Button>
        ) : null}
      </div>
    </Modal>
  );
}
