import type { ConfigDetail } from '@drover/api';
import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { TabList } from '../components/tab-list.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { draftQueries } from '../data/draft-queries.ts';
import { isNotFound } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import { CONFIG_TABS, type ConfigTab } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import { ConfigAgents } from './config-agents.tsx';
import { ConfigHistory } from './config-history.tsx';
import { ConfigRevisions } from './config-revisions.tsx';
import { ConfigRollouts } from './config-rollouts.tsx';
import { ConfigUse } from './config-use.tsx';
import styles from './configs.module.css';
import { DeleteConfig } from './delete-config.tsx';
import { DescribeConfig } from './describe-config.tsx';
import { EditTab } from './edit-tab.tsx';

const route = getRouteApi('/inside/configs/$name');
const TAB_WORDS: Record<ConfigTab, string> = {
  editor: 'Editor',
  revisions: 'Revisions',
  agents: 'Agents',
  rollouts: 'Rollouts',
  history: 'History',
};

export function ConfigPage() {
  const { name } = route.useParams();
  useTitle(name);
  const query = useQuery(queries.config(useApi(), name));
  if (query.isError && isNotFound(query.error)) return <NoConfig name={name} />;
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The configuration could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <Skeleton widths={[140, 280, '100%', '100%', '100%', '100%']} height={22} />
    );
  }
  // Another configuration is another page: nothing typed carries over.
  return <LoadedConfig key={name} config={query.data} />;
}

function NoConfig({ name }: { readonly name: string }) {
  const draft = useQuery(draftQueries.one(useApi(), name)).data ?? null;
  return (
    <EmptyState
      isPage
      title={`No configuration “${name}”`}
      action={
        <>
          {draft === null ? null : (
            <LinkButton to="/new-configuration" search={{ draft: name }} variant="filled">
              Open draft
            </LinkButton>
          )}
          <LinkButton to="/configs">Show all configurations</LinkButton>
        </>
      }
    >
      {draft === null
        ? 'It was deleted, or the name in the address is wrong.'
        : `It has no revisions yet, only a draft by ${draft.author}.`}
    </EmptyState>
  );
}

function LoadedConfig({ config }: { readonly config: ConfigDetail }) {
  const { tab = 'editor' } = route.useSearch();
  const navigate = route.useNavigate();
  const { name, revision } = config;
  // Counts move with the agents; the list has them fresh without the body.
  const fresh = useQuery(queries.configs(useApi())).data?.items.find((item) => item.name === name);
  return (
    <>
      <PageHeader
        above={<Link to="/configs">Configurations</Link>}
        title={name}
        aside={<ConfigUse use={(fresh ?? config).use} />}
        below={
          <>
            Latest: r{revision.number}, <Time at={revision.createdAt} /> by {revision.author}
            {config.description === '' ? '' : ` · ${config.description}`} <DescribeConfig config={config} />
          </>
        }
        actions={
          <>
            <DeleteConfig config={fresh ?? config} />
            {(fresh ?? config).use.assigned === 0 ? null : (
              <LinkButton to="/rollouts/new" search={{ config: name, replaces: 'layer' }}>
                Roll out everywhere it is used
              </LinkButton>
            )}
            <LinkButton to="/rollouts/new" search={{ config: name }} variant="filled">
              Roll out
            </LinkButton>
          </>
        }
      />
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({
            search: { tab: CONFIG_TABS.find((known) => known === next && known !== 'editor') },
            resetScroll: false,
          })
        }
        keepMounted={false}
      >
        <TabList
          label="Views of the configuration"
          tabs={CONFIG_TABS}
          chosen={tab}
          word={(each) => TAB_WORDS[each]}
        />
        <Tabs.Panel value="editor" className={styles.tab}>
          <EditTab config={config} />
        </Tabs.Panel>
        <Tabs.Panel value="revisions" className={styles.tab}>
          <ConfigRevisions config={config} />
        </Tabs.Panel>
        <Tabs.Panel value="agents" className={styles.tab}>
          <ConfigAgents config={fresh ?? config} />
        </Tabs.Panel>
        <Tabs.Panel value="rollouts" className={styles.tab}>
          <ConfigRollouts name={name} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className={styles.tab}>
          <ConfigHistory config={config} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
