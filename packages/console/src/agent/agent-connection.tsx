import type { Agent, Credential, EnrolmentAct } from '@drover/api';
import { Button } from '@mantine/core';
import { IconBan, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { Identifier } from '../components/identifier.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import {
  connectionWords,
  credentialKindWords,
  credentialStateWords,
  enrolmentWords,
} from '../components/tone.ts';
import { EnrolmentDialog } from '../connections/enrolment-dialog.tsx';
import { credentialKindOfOwnWords, credentialSentence } from '../connections/enrolment-words.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './agent.module.css';

function rotationRefusal({ enrolment }: Agent): string | undefined {
  if (enrolment.state !== 'approved') return 'The agent is not approved';
  if (enrolment.credential === 'certificate') return 'The agent connects with a client certificate';
  return enrolment.takesCredentials ? undefined : 'This agent does not accept connection settings';
}

/** How the agent comes in: by what it is let in, and its link. */
export function AgentConnection({ agent }: { readonly agent: Agent }) {
  const [asked, setAsked] = useState<EnrolmentAct>();
  const { enrolment, connection } = agent;
  const refusal = rotationRefusal(agent);
  const isApproved = enrolment.state === 'approved';
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Panel title="Access">
          <p className={styles.sentence}>{credentialSentence(enrolment)}</p>
          <Facts
            facts={[
              ['Enrolment', <StateBadge key="state" state={enrolmentWords[enrolment.state]} />],
              ['Decided by', enrolment.decidedBy ?? 'No decision needed'],
              ['Decided', enrolment.decidedAt === null ? '–' : <Time key="at" at={enrolment.decidedAt} />],
              ['Credential', <StateBadge key="kind" state={credentialKindWords[enrolment.credential]} />],
              ['Accepts its own credential', enrolment.takesCredentials ? 'Yes' : 'No'],
            ]}
          />
          {isApproved ? (
            <div className={styles.acts}>
              <Button
                leftSection={<IconRefresh size={15} />}
                aria-disabled={refusal !== undefined}
                data-disabled={refusal !== undefined}
                aria-description={refusal}
                title={refusal}
                onClick={() => (refusal === undefined ? setAsked('rotate') : undefined)}
              >
                Rotate credential
              </Button>
              <Button leftSection={<IconBan size={15} />} onClick={() => setAsked('revoke')}>
                Revoke
              </Button>
            </div>
          ) : null}
        </Panel>
        <Panel title="Connection">
          <Facts
            facts={[
              ['State', <StateBadge key="state" state={connectionWords[connection.state]} />],
              ['Since', <Time key="since" at={connection.since} />],
              ['Last message', <Time key="last" at={connection.lastMessageAt} />],
              ['Transport', connection.transport === 'websocket' ? 'WebSocket' : 'HTTP polling'],
              [
                'Address',
                connection.remoteAddress === '' ? (
                  'Unknown'
                ) : (
                  <Identifier
                    key="address"
                    value={connection.remoteAddress}
                    of="address"
                    lead={24}
                    tail={8}
                  />
                ),
              ],
            ]}
          />
        </Panel>
      </div>
      <div className={styles.column}>
        <Panel title="Own credentials">
          <Credentials uid={agent.instanceUid} />
        </Panel>
      </div>
      {asked === undefined ? null : (
        <EnrolmentDialog
          act={asked}
          selection={{ instanceUids: [agent.instanceUid] }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

function Credentials({ uid }: { readonly uid: string }) {
  const query = useQuery(queries.agentCredentials(useApi(), uid));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The credentials could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={2} />
    );
  }
  if (query.data.items.length === 0) return <p className={styles.muted}>None.</p>;
  return query.data.items.map((credential) => <OneCredential key={credential.id} credential={credential} />);
}

function OneCredential({ credential }: { readonly credential: Credential }) {
  const time = (at: string | null, otherwise: string) =>
    at === null ? otherwise : <Time key={at} at={at} />;
  return (
    <Facts
      facts={[
        ['Type', credentialKindOfOwnWords[credential.kind]],
        ['State', <StateBadge key="state" state={credentialStateWords[credential.state]} />],
        ...(credential.errorMessage === ''
          ? []
          : ([['Reason', <bdi key="error">{credential.errorMessage}</bdi>]] as const)),
        ['Last used', time(credential.lastUsedAt, 'Never')],
        ['Expires', time(credential.expiresAt, 'Never')],
        [
          'Created',
          <span key="made">
            <Time at={credential.createdAt} /> by {credential.createdBy}
          </span>,
        ],
        ['ID', <Identifier key="id" value={credential.id} of="credential id" lead={10} tail={6} />],
      ]}
    />
  );
}
