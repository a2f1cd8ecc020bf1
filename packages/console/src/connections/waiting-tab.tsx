import type { AgentSelection, AgentSummary } from '@drover/api';
import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { AgentLink } from '../components/agent-link.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Foreign } from '../components/foreign.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './connections.module.css';
import { EnrolmentDialog } from './enrolment-dialog.tsx';

interface Asked {
  readonly act: 'approve' | 'reject';
  readonly selection: AgentSelection;
}

/** Agents waiting for approval, with what they say of themselves. */
export function WaitingTab(props: { readonly isApprovalAsked: boolean }) {
  const query = useInfiniteQuery(queries.waitingAgents(useApi()));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<Asked>();
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total ?? 0;
  const chosenUids = rows.map(({ instanceUid }) => instanceUid).filter((uid) => chosen.has(uid));
  const choose = useCallback((uid: string, isChosen: boolean) => {
    setChosen((known) => {
      const next = new Set(known);
      if (isChosen) next.add(uid);
      else next.delete(uid);
      return next;
    });
  }, []);
  const columns = useMemo(() => columnsFor(chosen, choose), [chosen, choose]);

  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The waiting agents could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} />
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState title="No agents waiting for approval">
        {props.isApprovalAsked
          ? 'Agents that connect for the first time appear here until you approve or reject them.'
          : 'This server requires no approval (agents.enrolment). An agent returns here when its credential has expired.'}
      </EmptyState>
    );
  }
  const selection: AgentSelection = chosenUids.length === 0 ? { selector: '' } : { instanceUids: chosenUids };
  const agents = countOf(chosenUids.length === 0 ? total : chosenUids.length, 'agent');
  const all = chosenUids.length === 0 && total > 1 ? 'all ' : '';
  const hasAll = chosenUids.length === rows.length;
  return (
    <>
      <div className={styles.bar}>
        <Button
          variant="filled"
          leftSection={<IconCheck size={15} />}
          onClick={() => setAsked({ act: 'approve', selection })}
        >
          Approve {all}
          {agents}
        </Button>
        <Button leftSection={<IconX size={15} />} onClick={() => setAsked({ act: 'reject', selection })}>
          Reject {all}
          {agents}
        </Button>
        <Button
          variant="subtle"
          onClick={() => setChosen(hasAll ? new Set() : new Set(rows.map(({ instanceUid }) => instanceUid)))}
        >
          {hasAll
            ? 'Select none'
            : `Select ${rows.length === total ? 'all' : `the first ${formatCount(rows.length)}`}`}
        </Button>
      </div>
      <DataTable
        label="Agents waiting for approval"
        columns={columns}
        rows={rows}
        total={total}
        rowKey={(agent) => agent.instanceUid}
        compactHeight={96}
        compact={(agent) => <WaitingCard agent={agent} chosen={chosen} choose={choose} />}
        onNearEnd={() => {
          if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
        }}
      />
      {asked === undefined ? null : (
        <EnrolmentDialog
          act={asked.act}
          selection={asked.selection}
          onClose={() => setAsked(undefined)}
          onDone={() => setChosen(new Set())}
        />
      )}
    </>
  );
}

type Choose = (uid: string, isChosen: boolean) => void;

function Chooser(props: {
  readonly agent: AgentSummary;
  readonly isChosen: boolean;
  readonly choose: Choose;
}) {
  const { agent, isChosen, choose } = props;
  return (
    <label className={styles.chooser}>
      <input
        type="checkbox"
        checked={isChosen}
        aria-label={`Select ${agent.displayName} …${agent.instanceUid.slice(-4)}`}
        onChange={(event) => choose(agent.instanceUid, event.currentTarget.checked)}
      />
    </label>
  );
}

function cameWith({ enrolment }: AgentSummary): string {
  return enrolment.enrolmentToken === null ? 'None' : `Token ${enrolment.enrolmentToken.name}`;
}

function columnsFor(chosen: ReadonlySet<string>, choose: Choose): readonly DataColumn<AgentSummary>[] {
  return [
    {
      id: 'choose',
      header: 'Select',
      track: '52px',
      cell: (agent) => <Chooser agent={agent} isChosen={chosen.has(agent.instanceUid)} choose={choose} />,
    },
    {
      id: 'name',
      header: 'Name',
      track: 'minmax(160px, 1.5fr)',
      cell: (agent) => <AgentLink agent={agent} />,
    },
    {
      id: 'type',
      header: 'Type and version',
      track: 'minmax(140px, 1.1fr)',
      cell: (agent) => (
        <span className={styles.muted}>{[agent.type, agent.version].filter(Boolean).join(' ') || '–'}</span>
      ),
    },
    {
      id: 'host',
      header: 'Host',
      track: 'minmax(130px, 2.2fr)',
      cell: (agent) => (
        <span className={styles.muted}>
          <Foreign text={[agent.hostName, agent.osType].filter(Boolean).join(', ') || '–'} />
        </span>
      ),
    },
    {
      id: 'address',
      header: 'Address',
      track: 'minmax(112px, 0.8fr)',
      cell: (agent) => <code className={styles.muted}>{agent.connection.remoteAddress}</code>,
    },
    {
      id: 'with',
      header: 'Credential',
      track: 'minmax(100px, 0.8fr)',
      minTableWidth: 840,
      cell: (agent) => <span className={styles.muted}>{cameWith(agent)}</span>,
    },
    {
      id: 'state',
      header: 'State',
      track: '120px',
      minTableWidth: 960,
      cell: (agent) => <StateBadge state={connectionWords[agent.connection.state]} />,
    },
    {
      id: 'since',
      header: 'Since',
      track: '84px',
      align: 'end',
      cell: (agent) => (
        <span className={styles.muted}>
          <Time at={agent.connection.since} />
        </span>
      ),
    },
  ];
}

function WaitingCard(props: {
  readonly agent: AgentSummary;
  readonly chosen: ReadonlySet<string>;
  readonly choose: Choose;
}) {
  const { agent, chosen, choose } = props;
  const facts = [agent.hostName, agent.connection.remoteAddress].filter(Boolean).join(', ');
  return (
    <div className={styles.card}>
      <Chooser agent={agent} isChosen={chosen.has(agent.instanceUid)} choose={choose} />
      <div className={styles.cardText}>
        <AgentLink agent={agent} />
        <span className={styles.muted}>{[agent.type, agent.version].filter(Boolean).join(' ') || '–'}</span>
        <span className={styles.muted}>
          <Foreign text={facts} />, <Time at={agent.connection.since} />
        </span>
      </div>
    </div>
  );
}
