import type { Agent } from '@drover/api';
import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Identifier } from '../components/identifier.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { TabList } from '../components/tab-list.tsx';
import { useApi } from '../data/console-context.tsx';
import { isNotFound } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import { AGENT_TABS, type AgentTab } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import styles from './agent.module.css';
import { AgentConfiguration } from './agent-configuration.tsx';
import { AgentConnection } from './agent-connection.tsx';
import { AgentHeader } from './agent-header.tsx';
import { AgentHistory } from './agent-history.tsx';
import { AgentOverview } from './agent-overview.tsx';
import { AgentTimeline } from './agent-timeline.tsx';

const route = getRouteApi('/inside/agents/$uid');
const TAB_WORDS: Record<AgentTab, string> = {
  overview: 'Overview',
  configuration: 'Configuration',
  history: 'History',
  connection: 'Connection',
  timeline: 'Timeline',
};

export function AgentPage() {
  const { uid } = route.useParams();
  const { tab = 'overview' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(queries.agent(useApi(), uid));
  useTitle(query.data?.displayName ?? 'Agent');

  if (query.isError && isNotFound(query.error) && query.data !== undefined) {
    return <Forgotten agent={query.data} />;
  }
  if (query.isError && isNotFound(query.error)) {
    return (
      <EmptyState
        isPage
        title="Agent not found"
        action={
          <LinkButton to="/agents" variant="filled">
            Go to the fleet
          </LinkButton>
        }
      >
        <code>{uid}</code> never connected here, was forgotten, or now has another instance uid.
      </EmptyState>
    );
  }
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The agent could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <Skeleton widths={[140, 320, 480, '100%', '100%', '100%']} height={22} />
    );
  }
  const agent = query.data;
  return (
    <>
      <AgentHeader agent={agent} above={<Link to="/agents">Fleet</Link>} />
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({
            search: { tab: AGENT_TABS.find((known) => known === next && known !== 'overview') },
            resetScroll: false,
          })
        }
        keepMounted={false}
      >
        <TabList label="Views of the agent" tabs={AGENT_TABS} chosen={tab} word={(each) => TAB_WORDS[each]} />
        <Tabs.Panel value="overview" className={styles.tab}>
          <AgentOverview agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="configuration" className={styles.tab}>
          <AgentConfiguration agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className={styles.tab}>
          <AgentHistory agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="connection" className={styles.tab}>
          <AgentConnection agent={agent} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline" className={styles.tab}>
          <AgentTimeline uid={uid} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** It was here, and is not any more: the page says so and does not go on as if nothing had been. */
function Forgotten({ agent }: { readonly agent: Agent }) {
  return (
    <EmptyState
      isPage
      title={`${agent.displayName} was forgotten`}
      action={
        <LinkButton to="/agents" variant="filled">
          Go to the fleet
        </LinkButton>
      }
    >
      <p role="status">
        It was removed from Drover while this page was open, with its labels and timeline. If it is still
        running, it reconnects as new, and this page shows it again.
      </p>
      <Identifier value={agent.instanceUid} of="instance uid" lead={13} tail={8} />
    </EmptyState>
  );
}
