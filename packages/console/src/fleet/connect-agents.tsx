import { Button, Tabs } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CopyBlock } from '../components/copy-block.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { TabList } from '../components/tab-list.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './connect-agents.module.css';
import { collectorText, simulatorText, supervisorText } from './connect-texts.ts';

const WAYS = ['supervisor', 'collector', 'simulator'] as const;
type Way = (typeof WAYS)[number];
const WAY_WORDS: Record<Way, string> = {
  supervisor: 'With the supervisor',
  collector: 'A Collector you already run',
  simulator: 'A simulated fleet',
};

/** An empty fleet: how to connect the first agent. The page turns into the fleet by itself when one comes. */
export function ConnectAgents(props: { readonly silent: number }) {
  const api = useApi();
  const self = useQuery(queries.self(api));
  const enrol = useMutation({
    mutationFn: () => api.createEnrolmentToken({ name: `first-agents-${Date.now().toString(36)}` }),
  });
  const url = self.data?.opampUrl ?? 'ws://127.0.0.1:4320/v1/opamp';
  const token = enrol.data?.token;
  const [way, setWay] = useState<Way>('supervisor');
  const needsToken = self.data?.enrolment === 'token';
  return (
    <>
      <PageHeader
        title="Connect the first agent"
        below="No agent has connected to this server yet. Use one of the ways below; this page shows the agent as soon as it connects."
      />
      <div className={styles.column}>
        <div className={styles.waiting} role="status">
          <StateBadge state={{ tone: 'progress', word: 'Waiting for an agent' }} look="tint" />
          <span>
            on <code>{url}</code>
            {props.silent === 0
              ? null
              : `; ${countOf(props.silent, 'connection')} opened without identifying an agent`}
          </span>
        </div>
        {needsToken ? (
          <Note
            tone="look"
            actions={
              token === undefined ? (
                <Button loading={enrol.isPending} onClick={() => enrol.mutate()}>
                  Create an enrolment token
                </Button>
              ) : undefined
            }
          >
            {token === undefined
              ? 'Agents need an enrolment token to connect to this server.'
              : 'The token is included in the texts below. It is shown only this once: copy it before you leave the page.'}
          </Note>
        ) : null}
        {self.data?.enrolment === 'approval' ? (
          <Note tone="look">
            This server gives agents nothing until they are approved. The first one that connects waits under{' '}
            <Link to="/connections">Connections</Link>.
          </Note>
        ) : null}
        {enrol.isError ? <FailureNote error={enrol.error} /> : null}
        <Tabs
          value={way}
          onChange={(next) => setWay(WAYS.find((each) => each === next) ?? 'supervisor')}
          keepMounted={false}
        >
          <TabList label="Ways to connect" tabs={WAYS} chosen={way} word={(each) => WAY_WORDS[each]} />
          <Tabs.Panel value="supervisor" className={styles.way}>
            <p>
              Runs a Collector on its host, applies the configurations you roll out, and falls back to the
              last good one on failure. Save this as <code>supervisor.yaml</code>:
            </p>
            <CopyBlock label="supervisor.yaml" text={supervisorText(url, token)} />
            <p>Then, in the same folder:</p>
            <CopyBlock label="command" text="npx drover-supervisor" />
          </Tabs.Panel>
          <Tabs.Panel value="collector" className={styles.way}>
            <p>
              Add the opamp extension to the Collector’s configuration. Drover then sees its identity, health
              and effective configuration; to change its configuration too, use the supervisor.
            </p>
            <CopyBlock label="part of the Collector’s configuration" text={collectorText(url, token)} />
          </Tabs.Panel>
          <Tabs.Panel value="simulator" className={styles.way}>
            <p>
              Twenty virtual agents that behave like real ones: they report health, apply configurations, and
              sometimes fail.
            </p>
            <CopyBlock label="command" text={simulatorText(url, token)} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </>
  );
}
