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
  /** Nothing else is on the page. */
  readonly isPage?: boolean;
}) {
  const Title = props.isPage === true ? 'h1' : 'h2';
  const failure = failureOf(props.error);
  return (
    <div className={styles.state} role="alert">
      <Title className={styles.title}>
        <ToneShape tone="broken" /> {props.what}
      </Title>
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
