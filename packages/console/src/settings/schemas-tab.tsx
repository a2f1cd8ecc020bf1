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
      <ErrorState error={error} what="The component schemas could not be read" onRetry={refresh} />
    );
  }
  return (
    <div className={styles.column}>
      <div className={styles.bar}>
        <p className={styles.text}>
          Settings of components are checked by the schemas of the agents’ own distribution and version. Where
          none is known, they are not checked.
        </p>
        <Button
          leftSection={<IconRefresh size={15} />}
          loading={known.isFetching || targets.isFetching}
          onClick={refresh}
        >
          Read again
        </Button>
      </div>
      <Panel title="What agents are" isFlush>
        {targets.data.targets.length === 0 ? (
          <EmptyState title="No agent has said what it is yet" />
        ) : (
          <ul aria-label="What agents are">
            {targets.data.targets.map((target) => (
              <li key={`${target.distribution} ${target.version}`} className={styles.row}>
                <Link
                  to="/agents"
                  search={{ type: target.distribution, version: target.version }}
                  className={styles.name}
                >
                  {target.distribution === '' ? 'no name' : target.distribution} {target.version}
                </Link>
                <span className={styles.muted}>{countOf(target.agents, 'agent')}</span>
                <StateBadge state={matchWords(target)} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Schemas that are known" isFlush>
        <ul aria-label="Schemas that are known">
          {known.data.items.map((schema) => (
            <li key={`${schema.distribution} ${schema.version}`} className={styles.row}>
              <span className={styles.name}>
                {schema.distribution} {schema.version}
              </span>
              <span className={styles.muted}>{countOf(schema.components, 'component')}</span>
              <span className={styles.muted}>
                {schema.origin === 'bundled' || schema.createdAt === null ? (
                  'come with the server'
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
      <Panel title="Schemas of a distribution of your own">
        <div className={styles.column}>
          <p className={styles.text}>
            They are made from the manifest that the distribution is built from, in a checkout of Drover, and
            stored by the command line; a stored one takes the place of one that comes with the server.
          </p>
          <CopyBlock
            label="Make and store schemas"
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
    ? { tone: 'well', word: 'Checked by its own schemas' }
    : { tone: 'look', word: `Checked by those of ${what}` };
}
