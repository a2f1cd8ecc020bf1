import type { Rollout } from '@drover/api';
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { countOf } from '../components/format.ts';
import { targetText } from '../components/rollout-table.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { rolloutWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './rollout-endings.module.css';

/** Tells, wherever one is, that a rollout which ran does so no longer: it ended, or it halted. Its own page shows that itself. */
export function RolloutEndings() {
  const [stopped, dismiss] = useStoppedRollout();
  const isOnItsPage = useLocation().pathname.endsWith(`/rollouts/${stopped?.id}`);
  const counts = stopped?.counts;
  if (stopped === undefined || counts === undefined) return <div role="status" className={styles.place} />;
  const figures = `${countOf(counts.applied, 'agent')} applied it${counts.failed === 0 ? '' : `, ${countOf(counts.failed, 'agent')} failed`}.`;
  return (
    <div role="status" className={styles.place}>
      {isOnItsPage ? (
        <span className={styles.hidden}>
          {rolloutWords[stopped.state].word}: rollout of {targetText(stopped.target)}, {figures}
        </span>
      ) : (
        <div className={styles.note}>
          <StateBadge state={rolloutWords[stopped.state]} />
          <span>
            Rollout of{' '}
            <Link to="/rollouts/$id" params={{ id: stopped.id }}>
              {targetText(stopped.target)}
            </Link>
            : {figures}
          </span>
          <ActionIcon aria-label="Dismiss" size={24} onClick={dismiss}>
            <IconX size={14} />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}

function useStoppedRollout(): readonly [Rollout | undefined, () => void] {
  const api = useApi();
  const queryClient = useQueryClient();
  const running = useQuery(queries.runningRollouts(api));
  const known = useRef<readonly string[]>([]);
  const [stopped, setStopped] = useState<Rollout>();
  useEffect(() => {
    if (running.data === undefined) return;
    const ids = running.data.items.map(({ id }) => id);
    const gone = known.current.find((id) => !ids.includes(id));
    known.current = ids;
    if (gone === undefined) return;
    void queryClient
      .fetchQuery({ ...queries.rollout(api, gone), staleTime: 0 })
      .then((rollout) => {
        if (rollout.state !== 'running') setStopped(rollout);
      })
      // The banner tells of a server that is gone; a rollout that was deleted is nobody's news.
      .catch(() => undefined);
  }, [running.data, api, queryClient]);
  return [stopped, () => setStopped(undefined)];
}
