import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import layout from '../components/layout.module.css';
import { Select } from '../components/select.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import type { StackItem } from './stack-text.ts';

interface StackPickerProps {
  readonly items: readonly StackItem[];
  readonly onChange: (items: readonly StackItem[]) => void;
}

/** The configurations of a stack in their order; a press takes one out, the list adds one at the end. */
export function StackPicker({ items, onChange }: StackPickerProps) {
  const configs = useQuery(queries.configs(useApi())).data?.items ?? [];
  const left = configs.filter(({ name }) => items.every((item) => item.name !== name));
  return (
    <div className={layout.bar}>
      {items.map(({ name, revision }, place) => (
        <Button
          key={name}
          data-chosen
          title="Remove"
          onClick={() => onChange(items.filter((item) => item.name !== name))}
        >
          {items.length > 1 ? `${place + 1}. ` : ''}
          {name} {revision === undefined ? 'latest' : `r${revision}`} ×
        </Button>
      ))}
      {left.length === 0 ? null : (
        <Select
          label="Add a configuration"
          value=""
          options={[{ value: '', word: 'Select' }, ...left.map(({ name }) => ({ value: name, word: name }))]}
          onChange={(name) => (name === '' ? undefined : onChange([...items, { name }]))}
        />
      )}
    </div>
  );
}
