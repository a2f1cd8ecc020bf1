import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { countOf } from '../components/format.ts';
import { isSelectorText } from '../data/agent-filter.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './rollouts.module.css';
import { WAVES_MAX } from './strategy-form.ts';

interface WaveRowsProps {
  /** Of the rollout. */
  readonly selector: string;
  readonly waves: readonly string[];
  /** What is wrong with each; undefined where nothing is. */
  readonly wrong: readonly (string | undefined)[];
  readonly onChange: (waves: readonly string[]) => void;
}

/** One line for each wave, in order; whoever is in none of them comes last. */
export function WaveRows({ selector, waves, wrong, onChange }: WaveRowsProps) {
  return (
    <fieldset className={styles.waveRows}>
      <legend>Waves, in order</legend>
      <p className={styles.muted}>
        A number of agents, a percentage such as 10%, or a selector such as ring=canary, env=prod
      </p>
      <ol className={styles.waveList}>
        {waves.map((wave, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its place
          <li key={index} className={styles.waveRow}>
            <WaveField
              place={index + 1}
              selector={selector}
              value={wave}
              error={wrong[index]}
              onChange={(next) => onChange(waves.map((each, at) => (at === index ? next : each)))}
            />
            {waves.length > 1 ? (
              <ActionIcon
                aria-label={`Remove wave ${index + 1}`}
                onClick={() => onChange(waves.filter((_, at) => at !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            ) : null}
          </li>
        ))}
      </ol>
      <p className={styles.muted}>All remaining agents form the last wave.</p>
      {waves.length < WAVES_MAX ? (
        <Button
          variant="subtle"
          size="compact-sm"
          className={styles.go}
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...waves, ''])}
        >
          Add a wave
        </Button>
      ) : null}
    </fieldset>
  );
}

interface WaveFieldProps {
  readonly place: number;
  readonly selector: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

const PAUSE_MS = 250;

function WaveField({ place, selector, value, error, onChange }: WaveFieldProps) {
  const [own] = useDebouncedValue(value.trim(), PAUSE_MS);
  const isSelector = isSelectorText(own);
  const both = selector === '' ? own : `${selector},${own}`;
  const stats = useQuery({
    ...queries.selectorStats(useApi(), both),
    enabled: isSelector && error === undefined,
  });
  const matching = isSelector && !stats.isError ? stats.data?.total : undefined;
  const count =
    error !== undefined || value.trim() === ''
      ? ''
      : !isSelector
        ? 'picked at random'
        : stats.isError
          ? 'not a valid selector'
          : matching === undefined
            ? ''
            : `${countOf(matching, 'agent')} of the rollout today`;
  return (
    <>
      <TextInput
        aria-label={`Wave ${place}`}
        className={styles.waveField}
        leftSection={<span className={styles.muted}>{place}</span>}
        value={value}
        error={error}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <span className={styles.waveCount} role="status">
        {count}
      </span>
    </>
  );
}
