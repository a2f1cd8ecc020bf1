import type { Config } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { ConfigUse } from './config-use.tsx';
import styles from './configs.module.css';

const columns: readonly DataColumn<Config>[] = [
  {
    id: 'name',
    header: 'Name',
    track: 'minmax(160px, 1.4fr)',
    cell: (config) => <ConfigName config={config} />,
  },
  {
    id: 'revision',
    header: 'Latest',
    track: '72px',
    cell: (config) => <span className={styles.muted}>r{config.revision.number}</span>,
  },
  {
    id: 'use',
    header: 'Intended for',
    track: 'minmax(330px, 1.8fr)',
    cell: (config) => <ConfigUse use={config.use} />,
  },
  {
    id: 'description',
    header: 'Description',
    track: 'minmax(120px, 1.4fr)',
    minTableWidth: 920,
    cell: (config) => (
      <span className={styles.muted}>{config.description === '' ? '–' : config.description}</span>
    ),
  },
  {
    id: 'changed',
    header: 'Changed',
    track: 'minmax(140px, 0.8fr)',
    align: 'end',
    cell: (config) => (
      <span className={styles.muted}>
        <Time at={config.revision.createdAt} /> by {config.revision.author}
      </span>
    ),
  },
];

function ConfigName({ config }: { readonly config: Config }) {
  return (
    <Link to="/configs/$name" params={{ name: config.name }} data-row-link className={styles.name}>
      {config.name}
    </Link>
  );
}

export function ConfigList() {
  const query = useQuery(queries.configs(useApi()));
  const items = query.data?.items ?? [];
  return query.data === undefined ? (
    query.isError ? (
      <ErrorState
        error={query.error}
        what="The configurations could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} />
    )
  ) : items.length === 0 ? (
    <EmptyState title="No configurations yet">
      A configuration is a named document with revisions. Create one, then roll it out to agents. Until a
      rollout reaches an agent, Drover leaves its configuration alone.
    </EmptyState>
  ) : (
    <DataTable
      label="Configurations"
      columns={columns}
      rows={items}
      total={query.data.total}
      rowKey={(config) => config.name}
      compactHeight={88}
      compact={(config) => (
        <div className={styles.card}>
          <div className={styles.cardLine}>
            <ConfigName config={config} />
            <span className={styles.muted}>
              r{config.revision.number}, <Time at={config.revision.createdAt} />
            </span>
          </div>
          <ConfigUse use={config.use} />
        </div>
      )}
    />
  );
}
