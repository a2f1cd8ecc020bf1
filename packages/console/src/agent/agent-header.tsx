import type { Agent } from '@drover/api';
import type { ReactNode } from 'react';
import { Foreign } from '../components/foreign.tsx';
import { Identifier } from '../components/identifier.tsx';
import { Note } from '../components/note.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords, enrolmentWords, healthWord, syncWords } from '../components/tone.ts';
import styles from './agent.module.css';
import { AgentActions } from './agent-actions.tsx';
import { attribute, healthStateOf } from './agent-facts.ts';
import { EnrolmentNote } from './enrolment-note.tsx';
import { healthError } from './health-branch.ts';

function isUndescribed({ description }: Agent): boolean {
  return [description.identifying, description.nonIdentifying].every(
    (part) => Object.keys(part).length === 0,
  );
}

/** Who it is and how it is, before anything else. */
export function AgentHeader(props: { readonly agent: Agent; readonly above: ReactNode }) {
  const { agent } = props;
  const kind = [attribute(agent, 'service.name'), attribute(agent, 'service.version')]
    .filter(Boolean)
    .join(' ');
  const host = attribute(agent, 'host.name');
  const { remoteConfig, health, connection, enrolment } = agent;
  const error = health === null || health.healthy ? '' : healthError(health);
  return (
    <>
      <PageHeader
        above={props.above}
        title={<Foreign text={agent.displayName} />}
        aside={
          <>
            <StateBadge state={connectionWords[connection.state]} look="tint" />
            <StateBadge state={healthWord(healthStateOf(agent), connection.state)} look="tint" />
            {enrolment.state === 'approved' ? null : (
              <StateBadge state={enrolmentWords[enrolment.state]} look="tint" />
            )}
            {remoteConfig.desired === null ? null : (
              <StateBadge state={syncWords[remoteConfig.syncState]} look="tint" />
            )}
          </>
        }
        below={
          <span className={styles.line}>
            <span>{kind === '' ? 'Type not reported' : <Foreign text={kind} />}</span>
            {host === '' ? null : (
              <span>
                on <Foreign text={host} />
              </span>
            )}
            <Identifier value={agent.instanceUid} of="instance uid" />
            <span>
              {connection.state === 'connected' ? 'last message ' : `${connection.state} since `}
              <Time at={connection.state === 'connected' ? connection.lastMessageAt : connection.since} />
            </span>
          </span>
        }
        actions={<AgentActions agent={agent} />}
      />
      <div className={styles.notes}>
        {enrolment.state === 'approved' ? null : <EnrolmentNote agent={agent} />}
        {connection.state === 'connected' ? null : (
          <Note tone={connection.state === 'stale' ? 'look' : 'gone'}>
            {connection.state === 'stale'
              ? 'The connection is open, but the agent has been silent for too long. '
              : 'The agent is not connected. '}
            The data shown is its last report, <Time at={connection.lastMessageAt} />.
          </Note>
        )}
        {isUndescribed(agent) ? (
          <Note tone="gone">
            <strong>It has never reported a description.</strong> Its type, version and host are unknown
            {agent.capabilities.length === 0 ? ', and so are its capabilities' : ''}; you can give it a name
            and labels here.
          </Note>
        ) : null}
        {health !== null && !health.healthy ? (
          <Note tone="broken">
            <strong>{health.status === '' ? 'Unhealthy' : health.status}</strong>
            {health.statusAt === null ? null : (
              <>
                {' since '}
                <Time at={health.statusAt} />
              </>
            )}
            {error === '' ? null : `: ${error}`}
          </Note>
        ) : null}
        {remoteConfig.desired === null || remoteConfig.desired.problem === null ? null : (
          <Note tone="broken" isAlert>
            <strong>Its intended configuration cannot be built</strong>, so nothing is offered to it:{' '}
            {remoteConfig.desired.problem}.
          </Note>
        )}
        {remoteConfig.syncState === 'failed' && remoteConfig.errorMessage !== '' ? (
          <Note tone="broken">
            <strong>It failed to apply its configuration</strong>: {remoteConfig.errorMessage}
          </Note>
        ) : null}
      </div>
    </>
  );
}
