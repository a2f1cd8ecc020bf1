import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconX } from '@tabler/icons-react';
import { formatCount } from '../components/format.ts';
import { MenuChoice } from '../components/menu-choice.tsx';
import styles from './fleet.module.css';

interface FacetMenuProps {
  readonly label: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly chosen: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** The most frequent values of a field, each with its count. */
export function FacetMenu({ label, values, chosen, onChange }: FacetMenuProps) {
  const shown = values.filter(({ value }) => value !== '');
  if (shown.length === 0 && chosen === undefined) return null;
  return (
    <span className={styles.facet}>
      <Menu position="bottom-start" width={280}>
        <Menu.Target>
          <Button
            rightSection={<IconChevronDown size={14} />}
            data-chosen={chosen !== undefined}
            className={styles.facetButton}
          >
            {chosen === undefined ? label : `${label}: ${chosen}`}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className={styles.facetList}>
          {shown.map(({ value, count }) => (
            <MenuChoice
              key={value}
              isChosen={value === chosen}
              onChoose={() => onChange(value === chosen ? undefined : value)}
              after={<span className={styles.muted}>{formatCount(count)}</span>}
            >
              {value}
            </MenuChoice>
          ))}
        </Menu.Dropdown>
      </Menu>
      {chosen === undefined ? null : (
        <Button
          variant="subtle"
          px={8}
          aria-label={`Clear ${label.toLowerCase()} ${chosen}`}
          onClick={() => onChange(undefined)}
        >
          <IconX size={14} />
        </Button>
      )}
    </span>
  );
}
