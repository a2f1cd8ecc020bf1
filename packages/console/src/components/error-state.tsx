import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { failureOf } from '../data/failure-text.ts';
import { ToneShape } from './state-badge.tsx';
import styles from './state-pages.module.css';

/** What failed, in words, and a way to try again. */
export function ErrorState(props: {
  readonly error: unknown;
  readonly what: string;
  readonly onRetry?: () => void;
}) {
  const failure = failureOf(props.error);
  return (
    <div className={styles.state} role="alert">
      <h2 className={styles.title}>
        <ToneShape tone="broken" /> {props.what}
      </h2>
      <p className={styles.text}>
        {failure.title}. {failure.detail === failure.title ? '' : failure.detail}
      </p>
      {props.onRetry === undefined ? null : (
        <div className={styles.action}>
          <Button leftSection={<IconRefresh size={15} />} onClick={props.onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
