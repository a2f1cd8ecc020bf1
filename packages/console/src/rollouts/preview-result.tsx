import type { RolloutPreview } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { writeStack } from '../would-run/stack-text.ts';
import { ChangeGroups } from './change-groups.tsx';
import { RolloutAgentTable } from './rollout-agents.tsx';
import { waveText } from './rollout-waves.tsx';
import styles from './rollouts.module.css';

/** Who would change and from what, who would not, who cannot and why, and whom it takes from other rollouts. */
export function PreviewResult({ preview }: { readonly preview: RolloutPreview }) {
  const { wouldChange, unchanged, cannot, supersedes, waves, noWayBack } = preview;
  const stack = useStack(preview);
  return (
    <div className={styles.column}>
      <dl className={styles.figures}>
        <Figure word="match" count={preview.matched} />
        <Figure word="would change" count={wouldChange.count} isStrong />
        <Figure word="of those offline" count={wouldChange.offline} />
        <Figure word="already run it" count={unchanged.count} />
        <Figure word="would be skipped" count={cannot.count} />
      </dl>
      {wouldChange.offline === 0 ? null : (
        <Note tone="gone">
          {countOf(wouldChange.offline, 'agent')}{' '}
          {wouldChange.offline === 1
            ? 'is offline and gets it when it reconnects'
            : 'are offline and get it when they reconnect'}
          .
        </Note>
      )}
      {waves.length < 2 ? null : (
        <div>
          <h3 className={styles.heading}>Wave by wave</h3>
          <ol className={styles.current}>
            {waves.map(({ wave, agents }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its place
              <li key={index}>
                {waveText(wave)}: <strong>{formatCount(agents)}</strong> would change
                {wave?.approval === true ? ', then approval is needed' : ''}
              </li>
            ))}
          </ol>
        </div>
      )}
      {noWayBack.count === 0 ? null : (
        <Note tone="look">
          {countOf(noWayBack.count, 'agent')} cannot be rolled back: without a configuration from Drover
          today, a rollback leaves them as they are.
        </Note>
      )}
      {supersedes.map((each) => (
        <Note key={each.rolloutId} tone="look">
          {countOf(each.agents, 'agent')} {each.agents === 1 ? 'is' : 'are'} taken over from{' '}
          <Link to="/rollouts/$id" params={{ id: each.rolloutId }}>
            another rollout
          </Link>
          , which will count {each.agents === 1 ? 'it' : 'them'} as superseded.
        </Note>
      ))}
      {wouldChange.count === 0 ? null : <ChangeGroups preview={preview} />}
      {cannot.count === 0 ? null : (
        <div>
          <h3 className={styles.heading}>{countOf(cannot.count, 'agent')} would be skipped</h3>
          <RolloutAgentTable
            isPreview
            label="Agents that would be skipped"
            stack={stack}
            agents={cannot.agents}
            total={cannot.count}
          />
        </div>
      )}
      {wouldChange.count === 0 ? (
        <Note tone={preview.matched === 0 ? 'look' : 'gone'}>
          {preview.matched === 0 ? 'The selector matches no agent today.' : 'No agent would change today.'} If
          started anyway, it becomes a standing rollout: agents that match later get it.
        </Note>
      ) : null}
    </div>
  );
}

/** Those that would change, one by one, as far as the preview names them. */
export function PreviewAgents({ preview }: { readonly preview: RolloutPreview }) {
  const { wouldChange } = preview;
  const stack = useStack(preview);
  if (wouldChange.count === 0) return null;
  return (
    <div>
      <h3 className={styles.heading}>
        {wouldChange.agents.length < wouldChange.count
          ? `The first ${formatCount(wouldChange.agents.length)} of ${countOf(wouldChange.count, 'agent')} that would change`
          : `${countOf(wouldChange.count, 'agent')} would change`}
      </h3>
      <RolloutAgentTable
        isPreview
        label="Agents that would change"
        stack={stack}
        agents={wouldChange.agents}
        total={wouldChange.count}
      />
    </div>
  );
}

/** As the address of a would-run page has it. */
function useStack({ target }: RolloutPreview) {
  const isLayer = target.replaces === 'layer';
  const text = writeStack(target.configs);
  return useMemo(() => (isLayer ? { layer: text } : { stack: text }), [isLayer, text]);
}

function Figure(props: { readonly word: string; readonly count: number; readonly isStrong?: boolean }) {
  return (
    <div className={styles.figure} data-strong={props.isStrong === true}>
      <dt>{props.word}</dt>
      <dd>{formatCount(props.count)}</dd>
    </div>
  );
}
