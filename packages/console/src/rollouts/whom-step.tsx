import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { AgentTitle } from '../components/agent-title.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { Suggestion } from '../components/suggestion.tsx';
import { connectionWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { failureOf } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import { SelectorInput } from '../selectors/selector-input.tsx';
import styles from './rollouts.module.css';

const PAUSE_MS = 250;
const SAMPLE = 6;

interface WhomStepProps {
  /** As it stands in the field; what it matches is asked for when the typing pauses. */
  readonly selector: string;
  readonly onChange: (selector: string) => void;
}

/** All agents, or those that a selector matches; says at once how many and who. */
export function WhomStep({ selector: text, onChange }: WhomStepProps) {
  const api = useApi();
  const [isChoosing, setChoosing] = useState(text !== '');
  const [selector] = useDebouncedValue(text.trim(), PAUSE_MS);
  const field = useRef<HTMLInputElement>(null);

  const stats = useQuery(queries.selectorStats(api, selector));
  const sample = useQuery(queries.selectorSample(api, selector, SAMPLE));
  const failure = stats.isError ? failureOf(stats.error) : undefined;
  const total = stats.isError ? undefined : stats.data?.total;
  const rest = (total ?? 0) - (sample.data?.items.length ?? 0);
  return (
    <section className={styles.step} aria-labelledby="step-whom">
      <h2 id="step-whom" className={styles.stepTitle}>
        To which agents
      </h2>
      <div className={styles.stepBody}>
        <fieldset className={styles.choice}>
          <legend className={styles.hidden}>Agents</legend>
          <label>
            <input
              type="radio"
              name="whom"
              checked={!isChoosing}
              onChange={() => {
                setChoosing(false);
                onChange('');
              }}
            />
            All agents
          </label>
          <label>
            <input
              type="radio"
              name="whom"
              checked={isChoosing}
              onChange={() => {
                setChoosing(true);
                requestAnimationFrame(() => field.current?.focus());
              }}
            />
            Agents matching a selector
          </label>
        </fieldset>
        {isChoosing ? (
          <SelectorInput
            inputRef={field}
            label="Selector"
            description="Comma means “and”: env=prod, os.type in (linux,windows), !canary"
            placeholder="env=prod"
            value={text}
            onText={onChange}
            error={
              failure === undefined
                ? undefined
                : `${failure.detail}${failure.column === undefined ? '' : ` (column ${failure.column})`}`
            }
          />
        ) : null}
        {isChoosing && failure?.suggestion !== undefined ? (
          <Suggestion text={failure.suggestion} verb="Use" onTake={onChange} />
        ) : null}
        <div className={styles.sample} role="status">
          {total === undefined ? null : (
            <>
              <strong>
                {total === 0
                  ? 'No agent matches today'
                  : `${countOf(total, 'agent')} match${total === 1 ? 'es' : ''}`}
              </strong>
              <span className={styles.muted}>
                {total === 0
                  ? 'Agents that match later get it when they connect.'
                  : `${formatCount(stats.data?.state.connected ?? 0)} connected now`}
              </span>
            </>
          )}
        </div>
        {sample.data === undefined || sample.isError || total === undefined ? null : (
          <ul className={styles.sampleList}>
            {sample.data.items.map((agent) => (
              <li key={agent.instanceUid}>
                <StateBadge state={connectionWords[agent.connection.state]}>
                  <AgentTitle name={agent.displayName} uid={agent.instanceUid} />
                </StateBadge>
              </li>
            ))}
            {rest > 0 ? <li className={styles.muted}>and {formatCount(rest)} more</li> : null}
          </ul>
        )}
      </div>
    </section>
  );
}
