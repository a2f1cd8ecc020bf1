import type { Rollout, RolloutAgentState } from '@drover/api';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CountFilter } from '../components/count-filter.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { Identifier } from '../components/identifier.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { RolloutBar } from '../components/rollout-bar.tsx';
import { targetText } from '../components/rollout-table.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { rolloutAgentWords, rolloutWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { isNotFound } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import type { NewRolloutSearch } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import { RolloutActions } from './rollout-actions.tsx';
import { RolloutAgents } from './rollout-agents.tsx';
import { RolloutEvents } from './rollout-events.tsx';
import { RolloutReasons } from './rollout-reasons.tsx';
import { RolloutWaves } from './rollout-waves.tsx';
import styles from './rollouts.module.css';
import { stackAddress } from './stack-text.ts';

const route = getRouteApi('/inside/rollouts/$id');
const STATES: readonly RolloutAgentState[] = [
  'failed',
  'pending',
  'offered',
  'applied',
  'skipped',
  'superseded',
];

export function RolloutPage() {
  const { id } = route.useParams();
  const query = useQuery(queries.rollout(useApi(), id));
  useTitle(query.data === undefined ? 'Rollout' : `Rollout of ${targetText(query.data.target)}`);
  if (query.isError && isNotFound(query.error)) {
    return (
      <EmptyState
        isPage
        title="No such rollout"
        action={<LinkButton to="/rollouts">Show all rollouts</LinkButton>}
      />
    );
  }
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The rollout could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <Skeleton widths={[140, 360, '100%', '100%', '100%']} height={24} />
    );
  }
  return <LoadedRollout rollout={query.data} />;
}

function LoadedRollout({ rollout }: { readonly rollout: Rollout }) {
  const { state, wave } = route.useSearch();
  const place = wave === undefined ? undefined : wave - 1;
  const inWave = wave === undefined ? '' : ` in wave ${wave}`;
  const navigate = route.useNavigate();
  const { counts } = rollout;
  return (
    <>
      <PageHeader
        above={<Link to="/rollouts">Rollouts</Link>}
        title={targetText(rollout.target)}
        aside={<StateBadge state={rolloutWords[rollout.state]} look="tint" />}
        below={
          <>
            to {rollout.selector.trim() === '' ? 'all agents' : <code>{rollout.selector}</code>} · started{' '}
            <Time at={rollout.createdAt} /> by {rollout.createdBy}
            {rollout.endedAt === null ? null : (
              <>
                {' · ended '}
                <Time at={rollout.endedAt} />
              </>
            )}
            {rollout.message === '' ? '' : ` · ${rollout.message}`}
            {rollout.strategy.maxAgentsPerSecond === undefined
              ? ''
              : ` · at most ${countOf(rollout.strategy.maxAgentsPerSecond, 'agent')} per second`}{' '}
            <Identifier value={rollout.id} of="rollout id" />
          </>
        }
        actions={
          <>
            {rollout.endedAt === null ? null : <AgainButton rollout={rollout} />}
            <RolloutActions rollout={rollout} />
          </>
        }
      />
      <div className={styles.column}>
        <Summary rollout={rollout} />
        <RolloutBar counts={counts} size="large" />
        {counts.failed === 0 ? null : (
          <RolloutReasons
            id={rollout.id}
            state="failed"
            title={`${countOf(counts.failed, 'agent')} failed, by error`}
          />
        )}
        <RolloutWaves rollout={rollout} />
        <RolloutEvents id={rollout.id} />
        {counts.skipped === 0 ? null : (
          <RolloutReasons
            id={rollout.id}
            state="skipped"
            title={`${countOf(counts.skipped, 'agent')} skipped, by reason`}
          />
        )}
        <CountFilter
          label={`Agents by state, of ${countOf(counts.matched, 'matching agent')}`}
          items={STATES.map((value) => ({ value, state: rolloutAgentWords[value], count: counts[value] }))}
          chosen={state === undefined ? [] : [state]}
          onChange={(chosen) =>
            void navigate({ search: { wave, state: chosen.at(-1) }, replace: true, resetScroll: false })
          }
        />
        {wave === undefined ? null : (
          <div>
            <Button
              data-chosen
              onClick={() => void navigate({ search: { state }, replace: true, resetScroll: false })}
            >
              Wave {wave} ×
            </Button>
          </div>
        )}
        {state === undefined ? (
          <>
            {counts.failed === 0 || counts.failed === counts.matched || wave !== undefined ? null : (
              <RolloutAgents
                id={rollout.id}
                state="failed"
                wave={undefined}
                title={`${countOf(counts.failed, 'agent')} failed`}
              />
            )}
            <RolloutAgents id={rollout.id} state={undefined} wave={place} title={`All agents${inWave}`} />
          </>
        ) : (
          <RolloutAgents
            id={rollout.id}
            state={state}
            wave={place}
            title={`${rolloutAgentWords[state].word}${inWave}`}
          />
        )}
      </div>
    </>
  );
}

/** The way back to what it gave: the whole stack, also of several configurations, with its preview. */
function AgainButton({ rollout }: { readonly rollout: Rollout }) {
  const { target, selector } = rollout;
  const [only] = target.configs;
  const what: NewRolloutSearch =
    target.replaces === 'layer' && only !== undefined
      ? { config: only.name, revision: only.revision, replaces: 'layer' }
      : { stack: stackAddress(target.configs) };
  return (
    <LinkButton
      to="/rollouts/new"
      search={{ ...what, selector: selector === '' ? undefined : selector, preview: 'now' }}
      data-size="lg"
    >
      {target.configs.length > 1 ? 'Back to this stack…' : 'Roll out again…'}
    </LinkButton>
  );
}

/** The answer in one line: is this change going well. */
function Summary({ rollout }: { readonly rollout: Rollout }) {
  const { counts, state, isStanding } = rollout;
  const reached = `${countOf(counts.applied, 'agent')} applied it`;
  switch (state) {
    case 'running':
      if (rollout.waitsUntil !== null) {
        return (
          <Note tone="gone">
            Outside its time window, which opens <Time at={rollout.waitsUntil} />; {reached}.
          </Note>
        );
      }
      return counts.failed > 0 ? (
        <Note tone="broken">
          <strong>{countOf(counts.failed, 'agent')} failed</strong> so far; {reached}. Pause to hold it back
          from {countOf(counts.pending, 'waiting agent')}.
        </Note>
      ) : (
        <Note tone="progress">
          {reached}, {formatCount(counts.offered)} in progress, {formatCount(counts.pending)} waiting. None
          failed.
        </Note>
      );
    case 'paused':
      return (
        <Note tone="look">
          {rollout.pausedBecause?.kind === 'gate' ? (
            <>
              <strong>Halted by a gate:</strong> {rollout.pausedBecause.text}.{' '}
            </>
          ) : rollout.pausedBecause?.kind === 'approval' ? (
            <>
              <strong>Waiting for approval:</strong> {rollout.pausedBecause.text}.{' '}
            </>
          ) : (
            <strong>Paused. </strong>
          )}
          {countOf(counts.pending, 'agent')} waiting; {reached}.
        </Note>
      );
    case 'failed':
      return (
        <Note tone="broken">
          <strong>{countOf(counts.failed, 'agent')} could not apply it</strong>; {reached}. Failed agents keep
          their last good configuration if their supervisor has one.
        </Note>
      );
    case 'succeeded':
      return (
        <Note tone="well">
          Every reachable agent has it: {reached}.
          {counts.pending > 0
            ? ` ${countOf(counts.pending, 'offline agent')} will get it on reconnecting.`
            : ''}
          {isStanding ? ' It is a standing rollout: agents that match later get it too.' : ''}
        </Note>
      );
    case 'rolled_back':
      return (
        <Note tone="gone">Rolled back: its agents return to their previous intended configuration.</Note>
      );
    case 'aborted':
      return <Note tone="gone">Aborted: agents that have it keep it; no others get it.</Note>;
    default:
      return state satisfies never;
  }
}
