import type { RolloutChangeGroup, RolloutPreview, WouldRun } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { AgentTitle } from '../components/agent-title.tsx';
import { changeLines, changeSummary } from '../components/change-lines.ts';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { MeaningList } from '../components/meaning-list.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { partCode } from '../data/page-code.ts';
import { rolloutQueries } from '../data/rollout-queries.ts';
import styles from './change-groups.module.css';
import { stackText } from './stack-text.ts';

const DiffView = lazy(
  partCode(() => import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView }))),
);

const AGAINST: Record<RolloutChangeGroup['against'], string> = {
  intended: '',
  effective: ' compared with what they report running; they get no configuration from Drover today',
  nothing: ' they get no configuration from Drover today and do not report what they run',
};

/** They are to have it already, and failed on it. */
function isOnceMore({ against, before, after }: RolloutChangeGroup): boolean {
  return against === 'intended' && stackText(before) === stackText(after);
}

function summaryOf(group: RolloutChangeGroup): string {
  const { changes, against, isCut } = group;
  if (isOnceMore(group)) return 'the same again: it failed there';
  if (changes !== null) return changeSummary(changes);
  if (isCut) return 'too large to compare here; see it line by line';
  return against === 'nothing' ? 'their first configuration' : 'different text';
}

/** Agents that would get the same change, with that change: in one line, by meaning, and line by line. */
export function ChangeGroups({ preview }: { readonly preview: RolloutPreview }) {
  const { items, rest } = preview.groups;
  return (
    <div>
      <h3 className={styles.heading}>Changes by group of agents</h3>
      <ul className={styles.groups}>
        {items.map((group, index) => (
          // A preview stays as it is until another takes its place.
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place
          <Group key={index} group={group} preview={preview} isOpen={items.length === 1} />
        ))}
        {rest.agents === 0 ? null : (
          <li className={styles.rest}>
            and {countOf(rest.agents, 'agent')} with {countOf(rest.groups, 'other change')}
          </li>
        )}
      </ul>
    </div>
  );
}

interface GroupProps {
  readonly group: RolloutChangeGroup;
  readonly preview: RolloutPreview;
  readonly isOpen: boolean;
}

function Group({ group, preview, isOpen }: GroupProps) {
  const { agents, sample, before, after, against, changes, hasVariables, isCut } = group;
  const [isByLine, setByLine] = useState(false);
  const [first] = sample;
  return (
    <li>
      <details className={styles.group} open={isOpen}>
        <summary>
          <span className={styles.count}>{countOf(agents, 'agent')}</span>
          <span className={styles.summary}>{summaryOf(group)}</span>
          <span className={styles.way}>
            {before.length === 0 ? 'nothing from Drover' : stackText(before)} → {stackText(after)}
          </span>
        </summary>
        <div className={styles.body}>
          <p className={styles.muted}>
            {sample.map(({ instanceUid, displayName }, index) => (
              <span key={instanceUid}>
                {index === 0 ? '' : ', '}
                <Link to="/agents/$uid" params={{ uid: instanceUid }} search={{ tab: 'configuration' }}>
                  <AgentTitle name={displayName} uid={instanceUid} />
                </Link>
              </span>
            ))}
            {agents > sample.length ? ` and ${formatCount(agents - sample.length)} more` : ''}
            {AGAINST[against] === '' ? '' : `;${AGAINST[against]}`}
            {hasVariables ? '; with the variables of the first agent' : ''}
          </p>
          {changes === null || isOnceMore(group) ? null : <MeaningList lines={changeLines(changes)} />}
          {isCut ? (
            <p className={styles.muted}>Not all changes are listed; line by line shows everything.</p>
          ) : null}
          {first === undefined || isOnceMore(group) ? null : isByLine ? (
            <ByLine uid={first.instanceUid} against={against} target={preview.target} />
          ) : (
            <button type="button" className={styles.more} onClick={() => setByLine(true)}>
              Line by line, for {first.displayName}
            </button>
          )}
        </div>
      </details>
    </li>
  );
}

function texts(would: WouldRun, against: RolloutChangeGroup['against']) {
  const after = would.merged?.body ?? would.layers.map(({ body }) => body).join('\n');
  const before = against === 'effective' ? would.effective?.body : would.intended?.body;
  return { before: before ?? '', after };
}

function ByLine(props: {
  readonly uid: string;
  readonly against: RolloutChangeGroup['against'];
  readonly target: RolloutPreview['target'];
}) {
  const query = useQuery(rolloutQueries.wouldRun(useApi(), props.uid, props.target));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The texts could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={5} />
    );
  }
  const { before, after } = texts(query.data, props.against);
  return (
    <div className={styles.diff}>
      <Suspense fallback={<SkeletonRows rows={5} />}>
        <DiffView
          before={before}
          after={after}
          beforeLabel={props.against === 'effective' ? 'Effective today' : 'Intended today'}
          afterLabel="Would run"
        />
      </Suspense>
    </div>
  );
}
