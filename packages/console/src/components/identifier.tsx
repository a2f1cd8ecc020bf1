import { Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { shortenMiddle } from './format.ts';
import styles from './identifier.module.css';
import { useCopy } from './use-copy.ts';

interface IdentifierProps {
  readonly value: string;
  /** What it is, for the tooltip and screen readers: `instance uid`. */
  readonly of: string;
  readonly lead?: number;
  readonly tail?: number;
}

/** An identifier in the code face, shortened in its middle; a click copies all of it. */
export function Identifier({ value, of, lead = 8, tail = 4 }: IdentifierProps) {
  const { outcome, copy } = useCopy(value);
  const label =
    outcome === 'copied' ? 'Copied' : outcome === 'refused' ? 'Copying is blocked by the browser' : value;
  return (
    <Tooltip label={label} multiline>
      <button
        type="button"
        className={styles.identifier}
        onClick={copy}
        aria-label={`Copy ${of} ${shortenMiddle(value, lead, tail)}`}
      >
        <span className={styles.text}>{shortenMiddle(value, lead, tail)}</span>
        {outcome === 'copied' ? (
          <IconCheck size={13} className={styles.icon} data-done aria-hidden />
        ) : (
          <IconCopy size={13} className={styles.icon} aria-hidden />
        )}
      </button>
    </Tooltip>
  );
}
