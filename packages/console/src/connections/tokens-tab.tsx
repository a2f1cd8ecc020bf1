import type { EnrolmentToken } from '@drover/api';
import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { useApi, useConsole } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './connections.module.css';

/** Enrolment tokens: until when each lets agents in, when it did last, and who depends on it now. */
export function TokensTab(props: { readonly isApprovalAsked: boolean; readonly isTokenNeeded: boolean }) {
  const query = useInfiniteQuery(queries.tokens(useApi()));
  const [asked, setAsked] = useState<EnrolmentToken>();
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const columns = useMemo(
    () => columnsFor(setAsked).filter(({ id }) => id !== 'approves' || props.isApprovalAsked),
    [props.isApprovalAsked],
  );
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The enrolment tokens could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState title="No enrolment tokens yet">
        {props.isTokenNeeded
          ? 'Agents need an enrolment token to connect to this server, or the credential it gave them. Create one for each site, team or image, so that each can be revoked on its own.'
          : 'An enrolment token is a secret that lets agents connect. This server does not require one.'}
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable
        label="Enrolment tokens"
        columns={columns}
        rows={rows}
        total={query.data.pages[0]?.total ?? rows.length}
        rowKey={(token) => token.id}
        compactHeight={96}
        compact={(token) => <TokenCard token={token} onDelete={setAsked} />}
        onNearEnd={() => {
          if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
        }}
      />
      {asked === undefined ? null : <DeleteToken token={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function isOver({ expiresAt }: EnrolmentToken, nowMs: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs;
}

function Expiry({ token }: { readonly token: EnrolmentToken }) {
  const { clock } = useConsole();
  if (token.expiresAt === null) return <span className={styles.muted}>Never</span>;
  if (isOver(token, clock.now.get())) return <StateBadge state={{ tone: 'gone', word: 'Expired' }} />;
  return (
    <span className={styles.muted}>
      <Time at={token.expiresAt} />
    </span>
  );
}

function TokenName({ token }: { readonly token: EnrolmentToken }) {
  return (
    <Link to="/agents" search={{ enrolmentToken: token.id }} data-row-link className={styles.name}>
      {token.name}
    </Link>
  );
}

function LastUse({ token }: { readonly token: EnrolmentToken }) {
  return (
    <span className={styles.muted}>
      {token.lastUsedAt === null ? 'Never' : <Time at={token.lastUsedAt} />}
    </span>
  );
}

function DeleteButton(props: {
  readonly token: EnrolmentToken;
  readonly onDelete: (token: EnrolmentToken) => void;
}) {
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<IconTrash size={14} />}
      aria-label={`Delete ${props.token.name}`}
      onClick={() => props.onDelete(props.token)}
    >
      Delete
    </Button>
  );
}

function columnsFor(onDelete: (token: EnrolmentToken) => void): readonly DataColumn<EnrolmentToken>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      track: 'minmax(150px, 1.4fr)',
      cell: (token) => <TokenName token={token} />,
    },
    {
      id: 'agents',
      header: 'Agents connected with it',
      track: 'minmax(150px, 1fr)',
      cell: ({ agents }) => (
        <span className={styles.muted}>
          {countOf(agents.connected, 'agent')}
          {agents.known > agents.connected ? `, ${agents.known - agents.connected} offline` : ''}
        </span>
      ),
    },
    {
      id: 'approves',
      header: 'Approval',
      track: '92px',
      cell: ({ autoApprove }) => <span className={styles.muted}>{autoApprove ? 'Automatic' : 'Manual'}</span>,
    },
    { id: 'expires', header: 'Expires', track: '110px', cell: (token) => <Expiry token={token} /> },
    { id: 'used', header: 'Last used', track: '104px', cell: (token) => <LastUse token={token} /> },
    {
      id: 'created',
      header: 'Created',
      track: 'minmax(130px, 0.8fr)',
      minTableWidth: 900,
      cell: ({ createdAt, createdBy }) => (
        <span className={styles.muted}>
          <Time at={createdAt} /> by {createdBy}
        </span>
      ),
    },
    {
      id: 'act',
      header: 'Actions',
      track: '96px',
      align: 'end',
      cell: (token) => <DeleteButton token={token} onDelete={onDelete} />,
    },
  ];
}

function TokenCard(props: {
  readonly token: EnrolmentToken;
  readonly onDelete: (token: EnrolmentToken) => void;
}) {
  const { token } = props;
  return (
    <div className={styles.cardColumn}>
      <div className={styles.cardLine}>
        <TokenName token={token} />
        <DeleteButton token={token} onDelete={props.onDelete} />
      </div>
      <div className={styles.cardLine}>
        <span className={styles.muted}>{countOf(token.agents.connected, 'agent')} connected with it</span>
        <span className={styles.muted}>
          Expires: <Expiry token={token} />
        </span>
      </div>
    </div>
  );
}

function DeleteToken({ token, onClose }: { readonly token: EnrolmentToken; readonly onClose: () => void }) {
  const { api, queryClient } = useConsole();
  const remove = useMutation({
    mutationFn: () => api.deleteEnrolmentToken(token.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['tokens'] });
      onClose();
    },
  });
  const { connected, known } = token.agents;
  const away = known - connected;
  return (
    <ConfirmDialog
      isOpen
      title={`Delete “${token.name}”?`}
      confirmLabel={
        connected === 0 ? 'Delete token' : `Delete token, disconnect ${countOf(connected, 'agent')}`
      }
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        No agent can connect with this token any more. This cannot be undone; agents that need a token must be
        given another one.
      </p>
      <p>
        {connected === 0
          ? 'No agent is connected with it now.'
          : `${countOf(connected, 'agent')} ${connected === 1 ? 'is' : 'are'} connected with it and ${connected === 1 ? 'has' : 'have'} no credential of ${connected === 1 ? 'its' : 'their'} own: ${connected === 1 ? 'it is' : 'they are'} disconnected at once. Running Collectors keep running.`}
        {away === 0
          ? ''
          : ` ${countOf(away, 'agent')} that last connected with it and ${away === 1 ? 'is' : 'are'} offline cannot reconnect.`}
      </p>
    </ConfirmDialog>
  );
}
