import { Button, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { formatCount } from '../components/format.ts';
import { PageHeader } from '../components/page-header.tsx';
import { ToneShape } from '../components/state-badge.tsx';
import { TabList } from '../components/tab-list.tsx';
import { credentialKindWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { CONNECTIONS_TABS, type ConnectionsSearch, type ConnectionsTab } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import styles from './connections.module.css';
import { CredentialsTab } from './credentials-tab.tsx';
import { modeText } from './enrolment-words.ts';
import { NewToken } from './new-token.tsx';
import { TokensTab } from './tokens-tab.tsx';
import { WaitingTab } from './waiting-tab.tsx';

const route = getRouteApi('/inside/connections');
const TAB_WORDS: Record<ConnectionsTab, string> = {
  waiting: 'Waiting for approval',
  tokens: 'Enrolment tokens',
  credentials: 'Credentials',
};
const KINDS = ['own', 'offered', 'failed', 'shared', 'certificate', 'none'] as const;

/** Who may connect, with what, until when. */
export function ConnectionsPage() {
  useTitle('Connections');
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const self = useQuery(queries.self(api));
  const stats = useQuery(queries.stats(api));
  const [isMaking, setMaking] = useState(false);
  const mode = self.data?.enrolment;
  const waiting = stats.data?.enrolment.pending ?? 0;
  const shutOut = (stats.data?.enrolment.rejected ?? 0) + (stats.data?.enrolment.revoked ?? 0);
  const isApprovalAsked = mode === 'approval';
  // Nothing is said before it is known which of them answers the question.
  const isKnown = mode !== undefined && stats.data !== undefined;
  const tab = search.tab ?? (isApprovalAsked || waiting > 0 ? 'waiting' : 'tokens');
  const change = (part: Partial<ConnectionsSearch>) =>
    void navigate({ search: (known) => ({ ...known, ...part }), replace: true, resetScroll: false });
  return (
    <>
      <PageHeader
        title="Connections"
        below={mode === undefined ? undefined : modeText[mode]}
        actions={
          <Button variant="filled" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
            New enrolment token
          </Button>
        }
      />
      {stats.data === undefined ? null : (
        <p className={styles.kinds}>
          <span>Agents by credential:</span>
          {KINDS.filter((kind) => (stats.data?.credential[kind] ?? 0) > 0).map((kind) => (
            <Link key={kind} to="/agents" search={{ credential: [kind] }} className={styles.kind}>
              <ToneShape tone={credentialKindWords[kind].tone} />
              {credentialKindWords[kind].word} <strong>{formatCount(stats.data.credential[kind])}</strong>
            </Link>
          ))}
          {shutOut === 0 ? null : (
            <Link to="/agents" search={{ enrolment: ['rejected', 'revoked'] }} className={styles.kind}>
              <ToneShape tone="broken" />
              Rejected or revoked <strong>{formatCount(shutOut)}</strong>
            </Link>
          )}
          {stats.data.total === 0 ? <span>no agents yet</span> : null}
        </p>
      )}
      {isKnown ? (
        <Tabs
          value={tab}
          onChange={(next) => change({ tab: CONNECTIONS_TABS.find((known) => known === next) })}
          keepMounted={false}
        >
          <TabList
            label="Who may connect"
            tabs={CONNECTIONS_TABS}
            chosen={tab}
            word={(each) =>
              each === 'waiting' && waiting > 0
                ? `${TAB_WORDS[each]} (${formatCount(waiting)})`
                : TAB_WORDS[each]
            }
          />
          <Tabs.Panel value="waiting" className={styles.tab}>
            <WaitingTab isApprovalAsked={isApprovalAsked} />
          </Tabs.Panel>
          <Tabs.Panel value="tokens" className={styles.tab}>
            <TokensTab isApprovalAsked={isApprovalAsked} isTokenNeeded={mode === 'token'} />
          </Tabs.Panel>
          <Tabs.Panel value="credentials" className={styles.tab}>
            <CredentialsTab search={search} onChange={change} />
          </Tabs.Panel>
        </Tabs>
      ) : null}
      <NewToken isOpen={isMaking} isApprovalAsked={isApprovalAsked} onClose={() => setMaking(false)} />
    </>
  );
}
