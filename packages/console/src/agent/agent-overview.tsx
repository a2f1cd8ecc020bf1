import type { Agent } from '@drover/api';
import type { ReactNode } from 'react';
import { Foreign } from '../components/foreign.tsx';
import { Identifier } from '../components/identifier.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { connectionWords, credentialKindWords } from '../components/tone.ts';
import styles from './agent.module.css';
import { attributeText } from './agent-facts.ts';
import { AgentFlow } from './agent-flow.tsx';
import { AgentLabels } from './agent-labels.tsx';
import { Capabilities } from './capabilities.tsx';
import { CredentialExpiry } from './credential-expiry.tsx';
import { HealthTree } from './health-tree.tsx';

const IDENTIFIER_KEY = /(^|\.)(id|uid|instance\.id)$/;

function attributeFacts(
  attributes: Agent['description']['identifying'],
): readonly (readonly [string, ReactNode])[] {
  return Object.entries(attributes)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => {
      const text = attributeText(value);
      const isIdentifier = IDENTIFIER_KEY.test(key) && text.length > 12;
      return [
        key,
        isIdentifier ? (
          <Identifier key={key} value={text} of={key} lead={13} tail={8} />
        ) : (
          <Foreign key={key} text={text} />
        ),
      ];
    });
}

export function AgentOverview(props: { readonly agent: Agent }) {
  const { agent } = props;
  const { identifying, nonIdentifying } = agent.description;
  const known = { ...identifying, ...nonIdentifying };
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Panel
          title="Health"
          aside={
            agent.connection.state === 'disconnected' && agent.health !== null ? (
              <span className={styles.muted}>as last reported, before it disconnected</span>
            ) : null
          }
        >
          <HealthTree health={agent.health} />
        </Panel>
        <AgentFlow agent={agent} />
        <Panel title="Capabilities">
          <Capabilities capabilities={agent.capabilities} custom={agent.customCapabilities} />
        </Panel>
      </div>
      <div className={styles.column}>
        <Panel title="Name and labels">
          <AgentLabels agent={agent} />
        </Panel>
        <Panel title="Identity">
          {Object.keys(known).length === 0 ? (
            <p className={styles.muted}>The agent has not reported a description.</p>
          ) : (
            <Facts facts={[...attributeFacts(identifying), ...attributeFacts(nonIdentifying)]} />
          )}
        </Panel>
        <Panel title="Connection">
          <Facts
            facts={[
              ['State', <StateBadge key="state" state={connectionWords[agent.connection.state]} />],
              ['Since', <Time key="since" at={agent.connection.since} />],
              ['Last message', <Time key="last" at={agent.connection.lastMessageAt} />],
              ['Transport', agent.connection.transport === 'websocket' ? 'WebSocket' : 'HTTP polling'],
              [
                'Address',
                agent.connection.remoteAddress === '' ? (
                  'Unknown'
                ) : (
                  <Identifier
                    key="address"
                    value={agent.connection.remoteAddress}
                    of="address"
                    lead={24}
                    tail={8}
                  />
                ),
              ],
              [
                'Credential',
                <StateBadge key="credential" state={credentialKindWords[agent.enrolment.credential]} />,
              ],
              ['Credential expires', <CredentialExpiry key="expiry" uid={agent.instanceUid} />],
              ['First seen', <Time key="first" at={agent.firstSeenAt} />],
              [
                'Instance uid',
                <Identifier key="uid" value={agent.instanceUid} of="instance uid" lead={13} tail={8} />,
              ],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}
