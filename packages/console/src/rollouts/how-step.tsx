import { TextInput } from '@mantine/core';
import { CheckField } from '../components/check-field.tsx';
import { countOf } from '../components/format.ts';
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

/** All at once, some first and the others after an approval, or in waves that are judged one after the other. */
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
          <legend className={styles.hidden}>Strategy</legend>
          <label>
            <input
              type="radio"
              name="how"
              checked={form.kind === 'all'}
              onChange={() => change({ kind: 'all' })}
            />
            All agents at once
          </label>
          <label>
            <input
              type="radio"
              name="how"
              checked={form.kind === 'first'}
              onChange={() => change({ kind: 'first' })}
            />
            {firstWords(form)}
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
        {form.kind === 'first' ? (
          <div className={styles.limits}>
            <TextInput
              label="Agents that get it first"
              description="Picked at random. The others wait for your approval; if one fails, it pauses."
              inputMode="numeric"
              {...field('firstAgents')}
            />
          </div>
        ) : null}
        {form.kind !== 'waves' ? null : (
          <>
            <WaveRows
              selector={selector}
              waves={form.waves}
              wrong={read.kind === 'wrong' ? read.waves : []}
              onChange={(waves) => change({ waves })}
            />
            <div className={styles.percents}>
              <TextInput
                label="Soak time per wave, minutes"
                description="Before the wave is judged"
                inputMode="decimal"
                {...field('soakMinutes')}
              />
              <TextInput
                label="Failures allowed per wave"
                description="Failed or unhealthy; number or %"
                {...field('maxFailed')}
              />
              <Select
                label="If more fail"
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
        <div className={styles.limits}>
          <TextInput
            label="Agents per second, at most"
            description="Empty: no limit"
            inputMode="decimal"
            placeholder="No limit"
            {...field('rate')}
          />
          <TextInput
            label="Give up on an agent after, minutes"
            description="Without a verdict it counts as failed"
            inputMode="decimal"
            placeholder="Server’s setting"
            {...field('deadlineMinutes')}
          />
        </div>
      </div>
    </section>
  );
}

function firstWords({ firstAgents }: StrategyForm): string {
  const count = Number(firstAgents);
  return `Try it on ${count > 0 ? countOf(count, 'agent') : 'some agents'} first`;
}
