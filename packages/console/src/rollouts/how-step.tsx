import { TextInput } from '@mantine/core';
import { CheckField } from '../components/check-field.tsx';
import { Select } from '../components/select.tsx';
import { FlowFields, fieldOf, WhenFields } from './how-details.tsx';
import styles from './rollouts.module.css';
import type { ReadStrategy, StrategyField, StrategyForm } from './strategy-form.ts';
import { WaveRows } from './wave-rows.tsx';

interface HowStepProps {
  readonly form: StrategyForm;
  readonly read: ReadStrategy;
  /** Of the rollout. */
  readonly selector: string;
  readonly onChange: (form: StrategyForm) => void;
}

/** All at once, or in waves that are judged one after the other. */
export function HowStep({ form, read, selector, onChange }: HowStepProps) {
  const change = (part: Partial<StrategyForm>) => onChange({ ...form, ...part });
  const details = { form, read, onChange: change };
  const field = (name: StrategyField) => fieldOf(details, name);
  return (
    <section className={styles.step} aria-labelledby="step-how">
      <h2 id="step-how" className={styles.stepTitle}>
        How
      </h2>
      <div className={styles.stepBody}>
        <fieldset className={styles.choice}>
          <legend className={styles.hidden}>How it goes</legend>
          <label>
            <input
              type="radio"
              name="how"
              checked={form.kind === 'all'}
              onChange={() => change({ kind: 'all' })}
            />
            To all of them at once
          </label>
          <label>
            <input
              type="radio"
              name="how"
              checked={form.kind === 'waves'}
              onChange={() => change({ kind: 'waves' })}
            />
            In waves, each judged before the next
          </label>
        </fieldset>
        {form.kind === 'all' ? null : (
          <>
            <WaveRows
              selector={selector}
              waves={form.waves}
              wrong={read.kind === 'wrong' ? read.waves : []}
              onChange={(waves) => change({ waves })}
            />
            <div className={styles.percents}>
              <TextInput
                label="Minutes each wave soaks"
                description="Before its health is judged"
                inputMode="decimal"
                {...field('soakMinutes')}
              />
              <TextInput
                label="Agents of a wave that may fail"
                description="Or be unhealthy; a number or a share"
                {...field('maxFailed')}
              />
              <Select
                label="When more fail"
                value={form.onFailure}
                options={[
                  { value: 'pause', word: 'Pause' },
                  { value: 'rollback', word: 'Roll back' },
                ]}
                onChange={(value) => change({ onFailure: value === 'rollback' ? 'rollback' : 'pause' })}
              />
            </div>
            <CheckField
              isChecked={form.needsApproval}
              onChange={(needsApproval) => change({ needsApproval })}
            >
              Wait for approval after each wave
            </CheckField>
            <FlowFields {...details} />
          </>
        )}
        <WhenFields {...details} />
        <div className={styles.pair}>
          <TextInput
            label="Agents a second, at most"
            description="Empty means no limit"
            inputMode="decimal"
            placeholder="No limit"
            {...field('rate')}
          />
          <TextInput
            label="Minutes until an agent has failed"
            description="That gives no verdict; empty means the server’s"
            inputMode="decimal"
            placeholder="As the server is set"
            {...field('deadlineMinutes')}
          />
        </div>
      </div>
    </section>
  );
}
