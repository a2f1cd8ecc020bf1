import { Button, Tooltip } from '@mantine/core';
import { IconRefresh, IconRocket, IconTag, IconTrash, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import type { AgentFilterText } from '../data/agent-filter.ts';
import { type ChosenAgents, selectionOf } from './agent-choice.ts';
import type { BulkDialogChoice } from './bulk-dialog.tsx';
import { ForgetDialog } from './forget-dialog.tsx';
import { LabelDialog } from './label-dialog.tsx';
import { RestartDialog } from './restart-dialog.tsx';
import { RestartRuns } from './restart-runs.tsx';
import { rolloutSelectorOf } from './rollout-selector.ts';
import type { RowChoice } from './row-choice.ts';
import styles from './selection-dock.module.css';

interface SelectionDockProps {
  readonly agents: ChosenAgents;
  /** How many agents the filter of the page leaves now. */
  readonly matching: number;
  readonly onChooseAll: () => void;
  readonly onClear: () => void;
  /** Agents were forgotten. */
  readonly onForgotten: () => void;
}

const DIALOGS = { label: LabelDialog, restart: RestartDialog, forget: ForgetDialog };
type Act = keyof typeof DIALOGS;

/** What can be done with the agents that are chosen, at the foot of the window, and how far restarts are. */
export function SelectionDock(props: SelectionDockProps) {
  const { agents, matching, onClear } = props;
  const { choice, filter, count: chosen, refused } = agents;
  const [act, setAct] = useState<Act>();
  const [said, setSaid] = useState('');
  const isShown = chosen > 0;
  const Dialog: ((given: BulkDialogChoice) => ReactNode) | undefined = act && DIALOGS[act];
  const canHaveAll = !agents.isAll && (matching > chosen || refused !== undefined);
  const hadFocus = useRef(false);
  useEffect(() => {
    if (isShown || !hadFocus.current) return;
    // What had the focus is gone with the last agent.
    hadFocus.current = false;
    document.querySelector<HTMLElement>('[data-index] a[data-row-link]')?.focus({ preventScroll: true });
  }, [isShown]);
  return (
    <>
      <section
        className={styles.place}
        aria-label="Selected agents"
        onFocus={() => {
          hadFocus.current = true;
        }}
        onBlur={({ currentTarget, relatedTarget }) => {
          hadFocus.current = relatedTarget === null || currentTarget.contains(relatedTarget);
        }}
      >
        <RestartRuns />
        <div className={styles.dock} data-shown={isShown}>
          <div className={styles.lead}>
            <span role="status">
              {isShown ? <strong>{`${countOf(chosen, 'agent')} selected`}</strong> : null}
              {said === '' ? null : <span className={styles.said}> {said}</span>}
            </span>
            {isShown && canHaveAll ? (
              <Button variant="subtle" onClick={props.onChooseAll}>
                <span className={styles.wideWord}>Select&nbsp;</span>all {formatCount(matching)} that match
              </Button>
            ) : null}
            {isShown ? (
              <Button
                variant="subtle"
                className={styles.clear}
                leftSection={<IconX size={14} aria-hidden />}
                title="Escape"
                onClick={() => {
                  setSaid('');
                  onClear();
                }}
              >
                <span className={styles.wideWord}>Clear</span>
              </Button>
            ) : null}
          </div>
          {isShown && refused !== undefined ? <p className={styles.refused}>{refused}</p> : null}
          {isShown && refused === undefined ? (
            <div className={styles.acts}>
              <Button leftSection={<IconTag size={15} aria-hidden />} onClick={() => setAct('label')}>
                Label
              </Button>
              <Button leftSection={<IconRefresh size={15} aria-hidden />} onClick={() => setAct('restart')}>
                Restart
              </Button>
              <RollOut choice={choice} filter={filter} />
              <Button leftSection={<IconTrash size={15} aria-hidden />} onClick={() => setAct('forget')}>
                Forget
              </Button>
            </div>
          ) : null}
        </div>
      </section>
      {isShown ? <div className={styles.room} /> : null}
      {Dialog === undefined ? null : (
        <Dialog
          selection={selectionOf(choice, filter)}
          chosen={chosen}
          onClose={() => setAct(undefined)}
          onDone={(words) => {
            setSaid(words);
            setAct(undefined);
            if (act === 'forget') {
              hadFocus.current = true;
              onClear();
              props.onForgotten();
            }
          }}
        />
      )}
    </>
  );
}

function RollOut(props: { readonly choice: RowChoice; readonly filter: AgentFilterText }) {
  const target = rolloutSelectorOf(props.choice, props.filter);
  const icon = <IconRocket size={15} aria-hidden />;
  if (target.kind === 'selector') {
    return (
      <LinkButton to="/rollouts/new" search={{ selector: target.selector }} leftSection={icon}>
        Roll out
      </LinkButton>
    );
  }
  return (
    <Tooltip label={target.reason} multiline w={280}>
      <Button leftSection={icon} aria-disabled data-disabled aria-description={target.reason}>
        Roll out
      </Button>
    </Tooltip>
  );
}
