import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import styles from './copy-block.module.css';
import { useCopy } from './use-copy.ts';

/** Text to take along: a command or a file. */
export function CopyBlock(props: { readonly text: string; readonly label: string }) {
  const { outcome, copy } = useCopy(props.text);
  return (
    <figure className={styles.block}>
      <figcaption className={styles.bar}>
        <span>{props.label}</span>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={copy}
          leftSection={outcome === 'copied' ? <IconCheck size={14} /> : <IconCopy size={14} />}
          aria-label={`Copy ${props.label}`}
        >
          {outcome === 'copied' ? 'Copied' : outcome === 'refused' ? 'Blocked by the browser' : 'Copy'}
        </Button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and the keyboard must reach them */}
      <pre className={styles.text} tabIndex={0}>
        {props.text}
      </pre>
    </figure>
  );
}
