import { Button, Popover } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import styles from './fleet-choices.module.css';
import { KeyPicker } from './key-picker.tsx';

const FIELDS = ['type', 'version', 'host'] as const;
const FIELD_WORDS: Readonly<Record<string, string>> = { type: 'Type', version: 'Version', host: 'Host' };

/** The name of a key that agents are grouped by. */
export function groupWord(by: string): string {
  return FIELD_WORDS[by] ?? by.replace(/^(label|attr):/, '');
}

interface GroupMenuProps {
  readonly by: string | undefined;
  readonly onChange: (by: string | undefined) => void;
}

/** Groups in the place of agents: by what. */
export function GroupMenu({ by, onChange }: GroupMenuProps) {
  const [isOpen, setOpen] = useState(false);
  const choose = (next: string | undefined) => {
    setOpen(false);
    onChange(next);
  };
  return (
    <Popover width={320} position="bottom-start" trapFocus returnFocus opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <Button
          rightSection={<IconChevronDown size={14} aria-hidden />}
          data-chosen={by !== undefined}
          className={styles.button}
          onClick={() => setOpen(!isOpen)}
        >
          {by === undefined ? 'Group' : `By ${groupWord(by)}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Group the agents" className={styles.drop}>
        <ul className={styles.columns} aria-label="Group by">
          {[undefined, ...FIELDS].map((field) => (
            <li key={field ?? 'none'}>
              <button
                type="button"
                className={styles.key}
                aria-pressed={by === field}
                onClick={() => choose(field)}
              >
                {field === undefined ? 'No groups' : FIELD_WORDS[field]}
                {by === field ? <IconCheck size={14} aria-hidden /> : null}
              </button>
            </li>
          ))}
        </ul>
        <KeyPicker
          label="Or by a label or attribute"
          without={by === undefined ? [] : [by]}
          onPick={choose}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
