import type { ComponentSchemaTarget } from '@drover/api';
import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CopyBlock } from '../components/copy-block.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import type { StateWord } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { schemaQueries } from '../data/schema-queries.ts';
import styles from './settings.module.css';

/** By what the settings of components are checked, and for which agents that serves. */
export function SchemasTab() {
  const api = useApi();
  const known = useQuery(schemaQueries.known(api));
  const targets = useQuery(schemaQueries.targets(api, ''));
  const refresh = () => {
    void known.refetch();
    void targets.refetch();
  };
  if (known.data === undefined || targets.data === undefined) {
    const error = known.error ?? targets.error;
    return error === null ? (
      <SkeletonRows rows={6} />
    ) : (
      <ErrorState error={error} what="The component schemas could not be loaded" onRetry={refresh} />
    );
  }
  return (
    <div className={styles.column}>
      <div className={styles.bar}>
        <p className={styles.text}>
          Component settings are checked against the schemas of the agents’ own distribution and version, and
          not checked where no schema is known.
        </p>
        <Button
          leftSection={<IconRefresh size={15} />}
          loading={known.isFetching || targets.isFetching}
          onClick={refresh}
        >
          Refresh
        </Button>
      </div>
      <Panel title="Distributions in the fleet" isFlush>
        {targets.data.targets.length === 0 ? (
          <EmptyState title="No agent has reported its distribution yet" />
        ) : (
          <ul aria-label="Distributions in the fleet">
            {targets.data.targets.map((target) => (
              <li key={`${target.distribution} ${target.version}`} className={styles.row}>
                <Link
                  to="/agents"
                  search={{ type: target.distribution, version: target.version }}
                  className={styles.name}
                >
                  {target.distribution === '' ? 'unnamed' : target.distribution} {target.version}
                </Link>
                <span className={styles.muted}>{countOf(target.agents, 'agent')}</span>
                <StateBadge state={matchWords(target)} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Known schemas" isFlush>
        <ul aria-label="Known schemas">
          {known.data.items.map((schema) => (
            <li key={`${schema.distribution} ${schema.version}`} className={styles.row}>
              <span className={styles.name}>
                {schema.distribution} {schema.version}
              </span>
              <span className={styles.muted}>{countOf(schema.components, 'component')}</span>
              <span className={styles.muted}>
                {schema.origin === 'bundled' || schema.createdAt === null ? (
                  'bundled with the server'
                ) : (
                  <>
                    stored by {schema.author} <Time at={schema.createdAt} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Schemas for your own distribution">
        <div className={styles.column}>
          <p className={styles.text}>
            Generate them from the distribution’s build manifest in a checkout of Drover, then store them with
            the command line; stored schemas override bundled ones.
          </p>
          <CopyBlock
            label="Generate and store schemas"
            text={
              'npm run schemas -- --manifest builder-config.yaml --output schemas.json\ndrover schemas put schemas.json'
            }
          />
        </div>
      </Panel>
    </div>
  );
}

function matchWords({ schema }: ComponentSchemaTarget): StateWord {
  if (schema === null) return { tone: 'gone', word: 'Not checked: no schemas' };
  const what = `${schema.distribution} ${schema.version}`;
  return schema.match === 'exact'
    ? { tone: 'well', word: 'Checked with its own schemas' }
    : { tone: 'look', word: `Checked with the schemas of ${what}` };
}
