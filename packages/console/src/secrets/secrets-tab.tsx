import type { Secret } from '@drover/api';
import { Button } from '@mantine/core';
import { IconRefresh, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { Note } from '../components/note.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { secretsQuery } from '../data/secret-queries.ts';
import { DeleteSecret } from './delete-secret.tsx';
import { deletionRefusal } from './secret-use.ts';
import styles from './secrets.module.css';
import { SetSecret } from './set-secret.tsx';

type Asked = { readonly act: 'replace' | 'delete'; readonly secret: Secret };
type Ask = (asked: Asked) => void;

/** Secrets without their values: when each was set, by whom, and who depends on it. */
export function SecretsTab(props: { readonly isMaking: boolean; readonly onMade: () => void }) {
  const query = useQuery(secretsQuery(useApi()));
  const [asked, setAsked] = useState<Asked>();
  const columns = useMemo(() => columnsFor(setAsked), []);
  const secrets = query.data;
  if (secrets === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The secrets could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  const closed = secrets.filter(({ isReadable }) => !isReadable).length;
  return (
    <div className={layout.column}>
      {closed === 0 ? null : (
        <Note tone="broken">
          {countOf(closed, 'secret')} cannot be decrypted with this server’s key: configurations that use{' '}
          {closed === 1 ? 'it' : 'them'} are not offered. Replace the value, or restore the key (
          <code>secrets.keyFile</code>).
        </Note>
      )}
      {secrets.length === 0 ? (
        <EmptyState title="No secrets yet">
          A secret is a value that configurations refer to as <code>{'${drover:secret.NAME}'}</code>. It is
          stored encrypted, sent only to agents whose configuration uses it, and never shown.
        </EmptyState>
      ) : (
        <DataTable
          label="Secrets"
          columns={columns}
          rows={secrets}
          total={secrets.length}
          rowKey={({ name }) => name}
          compactHeight={104}
          compact={(secret) => <SecretCard secret={secret} ask={setAsked} />}
        />
      )}
      {props.isMaking ? <SetSecret secret={undefined} secrets={secrets} onClose={props.onMade} /> : null}
      {asked?.act === 'replace' ? (
        <SetSecret secret={asked.secret} secrets={secrets} onClose={() => setAsked(undefined)} />
      ) : null}
      {asked?.act === 'delete' ? (
        <DeleteSecret secret={asked.secret} onClose={() => setAsked(undefined)} />
      ) : null}
    </div>
  );
}

function SetWhen({ secret }: { readonly secret: Secret }) {
  return secret.isReadable ? (
    <span className={layout.muted}>
      <Time at={secret.updatedAt} /> by {secret.author}
    </span>
  ) : (
    <StateBadge state={{ tone: 'broken', word: 'Cannot be decrypted' }} />
  );
}

function UsedIn({ secret: { usedBy } }: { readonly secret: Secret }) {
  if (usedBy.configs.length === 0) return <span className={layout.muted}>Nowhere</span>;
  return (
    <span className={styles.configs} title={usedBy.configs.join(', ')}>
      {usedBy.configs.map((config, index) => (
        <span key={config}>
          {index === 0 ? '' : ', '}
          <Link to="/configs/$name" params={{ name: config }}>
            {config}
          </Link>
        </span>
      ))}
    </span>
  );
}

function Acts({ secret, ask }: { readonly secret: Secret; readonly ask: Ask }) {
  const refusal = deletionRefusal(secret);
  return (
    <span className={layout.acts}>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconRefresh size={14} />}
        aria-label={`Replace ${secret.name}`}
        onClick={() => ask({ act: 'replace', secret })}
      >
        Replace
      </Button>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconTrash size={14} />}
        aria-label={`Delete ${secret.name}`}
        aria-disabled={refusal !== undefined}
        data-disabled={refusal !== undefined}
        aria-description={refusal}
        title={refusal}
        onClick={() => (refusal === undefined ? ask({ act: 'delete', secret }) : undefined)}
      >
        Delete
      </Button>
    </span>
  );
}

function columnsFor(ask: Ask): readonly DataColumn<Secret>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      track: 'minmax(150px, 1.2fr)',
      cell: ({ name }) => <span className={layout.name}>{name}</span>,
    },
    {
      id: 'set',
      header: 'Set',
      track: 'minmax(150px, 1fr)',
      cell: (secret) => <SetWhen secret={secret} />,
    },
    {
      id: 'version',
      header: 'Version',
      track: '72px',
      minTableWidth: 820,
      cell: ({ version }) => <span className={layout.muted}>{version}</span>,
    },
    {
      id: 'agents',
      header: 'Needed by',
      track: '110px',
      cell: ({ usedBy }) => (
        <span className={layout.muted}>{usedBy.agents === 0 ? '–' : countOf(usedBy.agents, 'agent')}</span>
      ),
    },
    {
      id: 'configs',
      header: 'Used in',
      track: 'minmax(130px, 1.6fr)',
      cell: (secret) => <UsedIn secret={secret} />,
    },
    {
      id: 'act',
      header: 'Actions',
      track: '196px',
      align: 'end',
      cell: (secret) => <Acts secret={secret} ask={ask} />,
    },
  ];
}

function SecretCard({ secret, ask }: { readonly secret: Secret; readonly ask: Ask }) {
  const { usedBy } = secret;
  return (
    <div className={layout.card}>
      <div className={layout.cardLine}>
        <span className={layout.name}>{secret.name}</span>
        <SetWhen secret={secret} />
      </div>
      <div className={layout.cardLine}>
        <UsedIn secret={secret} />
        <span className={layout.muted}>{usedBy.agents === 0 ? '' : countOf(usedBy.agents, 'agent')}</span>
      </div>
      <Acts secret={secret} ask={ask} />
    </div>
  );
}
