import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { PageHeader } from '../components/page-header.tsx';
import { TabList } from '../components/tab-list.tsx';
import { SETTINGS_TABS, type SettingsSearch, type SettingsTab } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import { AccessTab } from './access-tab.tsx';
import { SchemasTab } from './schemas-tab.tsx';
import { ServerTab } from './server-tab.tsx';
import { SettingList } from './setting-list.tsx';
import styles from './settings.module.css';

const route = getRouteApi('/inside/settings');
const TAB_WORDS: Record<SettingsTab, string> = {
  server: 'This server',
  settings: 'Settings',
  access: 'Access',
  schemas: 'Schemas',
};

/** How this server is, how it is set, and who may use it. */
export function SettingsPage() {
  useTitle('Settings');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab ?? 'server';
  const change = (part: Partial<SettingsSearch>) =>
    void navigate({ search: (known) => ({ ...known, ...part }), replace: true, resetScroll: false });
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs
        value={tab}
        onChange={(next) => change({ tab: SETTINGS_TABS.find((known) => known === next) })}
        keepMounted={false}
      >
        <TabList label="Settings" tabs={SETTINGS_TABS} chosen={tab} word={(each) => TAB_WORDS[each]} />
        <Tabs.Panel value="server" className={styles.tab}>
          <ServerTab />
        </Tabs.Panel>
        <Tabs.Panel value="settings" className={styles.tab}>
          <SettingList search={search} onChange={change} />
        </Tabs.Panel>
        <Tabs.Panel value="access" className={styles.tab}>
          <AccessTab />
        </Tabs.Panel>
        <Tabs.Panel value="schemas" className={styles.tab}>
          <SchemasTab />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
