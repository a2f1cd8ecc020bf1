import { Button, Menu, Tabs } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { PageHeader } from '../components/page-header.tsx';
import { TabList } from '../components/tab-list.tsx';
import { activityFilterOf } from '../data/activity-queries.ts';
import { useConsole } from '../data/console-context.tsx';
import { ACTIVITY_TABS, type ActivitySearch, type ActivityTab } from '../page-search.ts';
import { stringifySearchParams } from '../search-params.ts';
import { useTitle } from '../shell/use-title.ts';
import styles from './activity.module.css';
import { ChangesTab } from './changes-tab.tsx';
import { EventsTab } from './events-tab.tsx';

const route = getRouteApi('/inside/activity');
const TAB_WORDS: Record<ActivityTab, string> = { changes: 'Changes', agents: 'Agent events' };

/** Who changed what, and what happened. */
export function ActivityPage() {
  useTitle('Activity');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab ?? 'changes';
  const change = (part: Partial<ActivitySearch>) =>
    void navigate({ search: (known) => ({ ...known, ...part }), replace: true, resetScroll: false });
  return (
    <>
      <PageHeader
        title="Activity"
        below="Who changed what, and what happened to agents. Newest first."
        actions={tab === 'changes' ? <ExportMenu search={search} /> : undefined}
      />
      <Tabs
        value={tab}
        // Kinds of one are none of the other.
        onChange={(next) => change({ tab: ACTIVITY_TABS.find((known) => known === next), kind: undefined })}
        keepMounted={false}
      >
        <TabList label="What happened" tabs={ACTIVITY_TABS} chosen={tab} word={(each) => TAB_WORDS[each]} />
        <Tabs.Panel value="changes" className={styles.tab}>
          <ChangesTab search={search} onChange={change} />
        </Tabs.Panel>
        <Tabs.Panel value="agents" className={styles.tab}>
          <EventsTab search={search} onChange={change} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** All that the filters leave, not only what is shown. */
function ExportMenu({ search }: { readonly search: ActivitySearch }) {
  const { rootPath } = useConsole();
  const hrefOf = (format: 'csv' | 'json') =>
    `${rootPath}api/v1/activity/export${stringifySearchParams({ ...activityFilterOf(search, Date.now()), format })}`;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button leftSection={<IconDownload size={15} />}>Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={hrefOf('csv')} download>
          CSV, for spreadsheets
        </Menu.Item>
        <Menu.Item component="a" href={hrefOf('json')} download>
          JSON
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
