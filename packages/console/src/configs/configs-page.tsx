import { Button, Tabs } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { formatCount } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { PageHeader } from '../components/page-header.tsx';
import { TabList } from '../components/tab-list.tsx';
import { useApi } from '../data/console-context.tsx';
import { draftQueries } from '../data/draft-queries.ts';
import { queries } from '../data/queries.ts';
import { CONFIGS_TABS, type ConfigsTab } from '../page-search.ts';
import { SecretsTab } from '../secrets/secrets-tab.tsx';
import { useTitle } from '../shell/use-title.ts';
import { ConfigDrafts } from './config-drafts.tsx';
import { ConfigList } from './config-list.tsx';
import { ExportDialog } from './export-dialog.tsx';

const route = getRouteApi('/inside/configs');
const TAB_WORDS: Record<ConfigsTab, string> = {
  configs: 'Configurations',
  drafts: 'Drafts',
  secrets: 'Secrets',
};
const TITLES: Record<ConfigsTab, string> = {
  configs: 'Configurations',
  drafts: 'Configuration drafts',
  secrets: 'Secrets',
};

/** Configurations, drafts and secrets: configurations, work on them that is no revision yet, and the secrets that they name. */
export function ConfigsPage() {
  const { tab = 'configs' } = route.useSearch();
  useTitle(TITLES[tab]);
  const api = useApi();
  const navigate = route.useNavigate();
  const [isMaking, setMaking] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const configs = useQuery(queries.configs(api)).data?.total;
  const drafts = useQuery(draftQueries.count(api)).data?.total;
  const counts: Record<ConfigsTab, number | undefined> = { configs, drafts, secrets: undefined };
  return (
    <>
      <PageHeader
        title={TITLES[tab]}
        actions={
          tab === 'secrets' ? (
            <Button variant="filled" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
              New secret
            </Button>
          ) : (
            <>
              <Button leftSection={<IconDownload size={15} />} onClick={() => setExporting(true)}>
                Export…
              </Button>
              <Button
                variant="filled"
                leftSection={<IconPlus size={15} />}
                onClick={() => void navigate({ to: '/new-configuration' })}
              >
                New configuration
              </Button>
            </>
          )
        }
      />
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({
            search: { tab: CONFIGS_TABS.find((known) => known === next && known !== 'configs') },
            resetScroll: false,
          })
        }
        keepMounted={false}
      >
        <TabList
          label="Configurations, drafts and secrets"
          tabs={CONFIGS_TABS}
          chosen={tab}
          word={(each) =>
            counts[each] === undefined ? TAB_WORDS[each] : `${TAB_WORDS[each]} (${formatCount(counts[each])})`
          }
        />
        <Tabs.Panel value="configs" className={layout.tab}>
          <ConfigList />
        </Tabs.Panel>
        <Tabs.Panel value="drafts" className={layout.tab}>
          <ConfigDrafts />
        </Tabs.Panel>
        <Tabs.Panel value="secrets" className={layout.tab}>
          <SecretsTab isMaking={isMaking} onMade={() => setMaking(false)} />
        </Tabs.Panel>
      </Tabs>
      <ExportDialog isOpen={isExporting} onClose={() => setExporting(false)} />
    </>
  );
}
