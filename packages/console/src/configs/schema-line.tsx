import type { FieldsCheckedBy } from '@drover/api';
import { Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { countOf } from '../components/format.ts';
import { failureOf } from '../data/failure-text.ts';
import styles from './editor-targets.module.css';
import { checkedWords, schemaName } from './target-words.ts';
import type { TargetKnowledge } from './use-knowledge.ts';

interface SchemaLineProps {
  readonly id: string;
  readonly known: TargetKnowledge;
  /** What the settings were held against; undefined as long as nobody looked at them. */
  readonly checkedBy: readonly FieldsCheckedBy[] | undefined;
}

/** What is checked, in one line; pressed, all of it. */
export function SchemaLine({ id, known: { choice, error }, checkedBy }: SchemaLineProps) {
  if (error !== null)
    return (
      <span id={id} role="status" className={styles.look}>
        Schemas unavailable: {failureOf(error).detail}
      </span>
    );
  if (choice === undefined) return <span id={id} role="status" />;
  const { gaps, words } = choice;
  return (
    <div role="status" className={styles.line}>
      <Popover width={360} position="bottom-end" trapFocus returnFocus>
        <Popover.Target>
          <button type="button" id={id} className={styles.words}>
            <span>
              {checkedBy === undefined ? `Schema: ${words}` : checkedWords(checkedBy)}
              {gaps.length === 0 ? null : (
                <>
                  ;{' '}
                  <span className={styles.look}>
                    {countOf(gaps.length, 'agent type')} {gaps.length === 1 ? 'has' : 'have'} no schema
                  </span>
                </>
              )}
            </span>
            <IconChevronDown size={14} aria-hidden />
          </button>
        </Popover.Target>
        <Popover.Dropdown className={styles.all}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
          <div className={styles.scroller} tabIndex={0}>
            <h3>Settings checked with</h3>
            {checkedBy === undefined || checkedBy.length === 0 ? (
              <p>{checkedBy === undefined ? 'Not checked yet.' : 'No schema available.'}</p>
            ) : (
              <ul>
                {checkedBy.map((by) => (
                  <li key={`${by.distribution} ${by.version} ${by.match}`}>
                    {schemaName(by)}
                    {by.match === 'assumed' ? ': narrow “Written for” to check with those of its agents' : ''}
                    {by.match === 'assumed' ? '' : ` (${countOf(by.agents, 'agent')})`}
                  </li>
                ))}
              </ul>
            )}
            <h3>Completion and help</h3>
            <p>{words}</p>
            {gaps.length === 0 ? null : (
              <>
                <h3>No schema is known for</h3>
                <ul>
                  {gaps.map((gap) => (
                    <li key={gap}>{gap}</li>
                  ))}
                </ul>
              </>
            )}
          </div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
