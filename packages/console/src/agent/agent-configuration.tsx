import type { Agent } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { formatFileName } from '../components/format.ts';
import { Identifier } from '../components/identifier.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { configStatusWords, type StateWord, syncWords } from '../components/tone.ts';
import styles from './agent.module.css';
import { AgentCompare } from './agent-compare.tsx';
import { AgentDrift } from './agent-drift.tsx';
import { AgentPipelines } from './agent-pipelines.tsx';
import { AssignedBy, AssignedResult } from './assigned.tsx';
import { MergedOrigin } from './merged-origin.tsx';

/** Intended, delivered and effective are three things, shown as such. */
export function AgentConfiguration(props: { readonly agent: Agent }) {
  const { agent } = props;
  return (
    <div className={styles.column}>
      <div className={styles.three}>
        <Intended agent={agent} />
        <Delivered agent={agent} />
        <Effective agent={agent} />
      </div>
      <AgentDrift agent={agent} />
      <AgentPipelines agent={agent} />
      <MergedOrigin agent={agent} />
      <AgentCompare agent={agent} />
    </div>
  );
}

function Intended({ agent }: { readonly agent: Agent }) {
  const { desired } = agent.remoteConfig;
  return (
    <Panel
      title="Intended"
      aside={
        <Link to="/agents/$uid/would-run" params={{ uid: agent.instanceUid }} className={styles.muted}>
          Preview a change…
        </Link>
      }
    >
      {desired === null ? (
        <p className={styles.muted}>
          None. Drover leaves this agent’s configuration alone until a rollout reaches it.
        </p>
      ) : (
        <Facts
          facts={[
            [
              'Configuration',
              desired.configs.map((config, index) => (
                <span key={config.name}>
                  {index === 0 ? '' : ', then '}
                  <Link to="/configs/$name" params={{ name: config.name }}>
                    {config.name}
                  </Link>{' '}
                  r{config.revision}
                </span>
              )),
            ],
            ['Assigned', <AssignedBy key="assigned" agent={agent} />],
            ['Result', <AssignedResult key="result" agent={agent} />],
            ...(desired.problem === null
              ? [['Hash', <Identifier key="hash" value={desired.hash} of="intended hash" />] as const]
              : [
                  [
                    'Problem',
                    <span key="problem" className={styles.broken}>
                      {desired.problem}
                    </span>,
                  ] as const,
                ]),
          ]}
        />
      )}
    </Panel>
  );
}

function deliveryWords(agent: Agent): StateWord {
  const { desired, hash, syncState } = agent.remoteConfig;
  if (desired === null)
    return hash === '' ? { tone: 'gone', word: 'Nothing delivered' } : { tone: 'gone', word: 'Not compared' };
  if (hash === desired.hash) return { tone: 'well', word: 'Matches intended' };
  return hash === '' ? syncWords[syncState] : { tone: 'look', word: 'Differs from intended' };
}

function Delivered({ agent }: { readonly agent: Agent }) {
  const { hash, status, errorMessage } = agent.remoteConfig;
  return (
    <Panel title="Delivered" aside={<span className={styles.muted}>as received by the agent</span>}>
      <Facts
        facts={[
          ['Received', <StateBadge key="received" state={deliveryWords(agent)} />],
          ['Status', <StateBadge key="status" state={configStatusWords[status]} />],
          ...(errorMessage === ''
            ? []
            : [
                [
                  'Error',
                  <span key="error" className={styles.broken}>
                    {errorMessage}
                  </span>,
                ] as const,
              ]),
          ['Hash', hash === '' ? 'None' : <Identifier key="hash" value={hash} of="delivered hash" />],
        ]}
      />
    </Panel>
  );
}

function Effective({ agent }: { readonly agent: Agent }) {
  const effective = agent.effectiveConfig;
  return (
    <Panel title="Effective" aside={<span className={styles.muted}>as reported by the agent</span>}>
      {effective === null ? (
        <p className={styles.muted}>
          {agent.capabilities.includes('ReportsEffectiveConfig')
            ? 'Not reported yet.'
            : 'Unknown: this agent does not report its effective configuration.'}
        </p>
      ) : (
        <Facts
          facts={[
            ['Reported', <Time key="at" at={effective.reportedAt} />],
            ['Files', Object.keys(effective.files).map(formatFileName).join(', ') || 'None'],
            ['Secrets', 'Known sensitive fields are masked'],
          ]}
        />
      )}
    </Panel>
  );
}
