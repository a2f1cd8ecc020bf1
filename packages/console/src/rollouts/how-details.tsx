import { WEEK_DAYS } from '@drover/api';
import { TextInput } from '@mantine/core';
import type { ChangeEvent } from 'react';
import { CheckField } from '../components/check-field.tsx';
import styles from './rollouts.module.css';
import type { ReadStrategy, StrategyField, StrategyForm, WeekDay } from './strategy-form.ts';

interface HowDetailsProps {
  readonly form: StrategyForm;
  readonly read: ReadStrategy;
  readonly onChange: (part: Partial<StrategyForm>) => void;
}

const DAY_WORDS: Record<WeekDay, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

/** The value, the refusal and the change of one field of the form. */
export function fieldOf({ form, read, onChange }: HowDetailsProps, name: StrategyField) {
  return {
    value: form[name],
    error: read.kind === 'wrong' ? read.reasons[name] : undefined,
    onChange: (event: ChangeEvent<HTMLInputElement>) => onChange({ [name]: event.currentTarget.value }),
  };
}

/** What is judged of what flows, after each wave. */
export function FlowFields(props: HowDetailsProps) {
  const { form, onChange } = props;
  return (
    <>
      <CheckField isChecked={form.isFlowJudged} onChange={(isFlowJudged) => onChange({ isFlowJudged })}>
        Also judge data flow, using the agents’ own metrics
      </CheckField>
      {form.isFlowJudged ? (
        <>
          <div className={styles.percents}>
            <TextInput
              label="Sent, at least"
              description="% of the rate before"
              {...fieldOf(props, 'minSent')}
            />
            <TextInput
              label="Refused, at most"
              description="% of incoming data"
              {...fieldOf(props, 'maxRefused')}
            />
            <TextInput
              label="Failed, at most"
              description="% of outgoing data"
              {...fieldOf(props, 'maxUnsent')}
            />
            <TextInput
              label="Queue, at most"
              description="% of its capacity"
              {...fieldOf(props, 'maxQueue')}
            />
            <TextInput
              label="Memory growth, at most"
              description="% of usage before"
              placeholder="Not judged"
              {...fieldOf(props, 'maxMemoryGrowth')}
            />
          </div>
          <p className={styles.muted}>
            Agents that send no own metrics are judged by health alone; the gate says so.
          </p>
        </>
      ) : null}
    </>
  );
}

/** When agents may be given it, and how long one may take. */
export function WhenFields(props: HowDetailsProps) {
  const { form, onChange } = props;
  const toggle = (day: WeekDay) =>
    onChange({
      days: WEEK_DAYS.filter((each) => (each === day) !== form.days.includes(each)),
    });
  return (
    <>
      <CheckField isChecked={form.hasWindow} onChange={(hasWindow) => onChange({ hasWindow })}>
        Only within a time window
      </CheckField>
      {form.hasWindow ? (
        <>
          <div className={styles.percents}>
            <TextInput label="From" placeholder="22:00" {...fieldOf(props, 'from')} />
            <TextInput label="To" placeholder="04:00" {...fieldOf(props, 'to')} />
            <TextInput label="Time zone" placeholder="Europe/Berlin" {...fieldOf(props, 'timezone')} />
          </div>
          <fieldset className={styles.choice}>
            <legend className={styles.hidden}>
              Days on which the window opens; none selected means every day
            </legend>
            {WEEK_DAYS.map((day) => (
              <CheckField key={day} isChecked={form.days.includes(day)} onChange={() => toggle(day)}>
                {DAY_WORDS[day]}
              </CheckField>
            ))}
            <span className={styles.muted}>
              {form.days.length === 0 ? 'Opens every day.' : 'Opens on these days.'}
            </span>
          </fieldset>
        </>
      ) : null}
    </>
  );
}
