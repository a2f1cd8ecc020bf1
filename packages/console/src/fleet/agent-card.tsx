import type { AgentSummary } from '@drover/api';
import { Foreign } from '../components/foreign.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { connectionWords } from '../components/tone.ts';
import { AgentConfig, AgentHealth, AgentName, typeAndVersion } from './agent-columns.tsx';
import styles from './fleet.module.css';

/** A row of the fleet on a phone. */
export function AgentCard(props: { readonly agent: AgentSummary }) {
  const { agent } = props;
  return (
    <div className={styles.card}>
      <div className={styles.cardLine}>
        <AgentName agent={agent} />
        <StateBadge state={connectionWords[agent.connection.state]} />
      </div>
      <div className={styles.cardLine}>
        <span className={styles.muted}>
          <Foreign text={typeAndVersion(agent)} />
        </span>
        <span className={styles.cardStates}>
          {agent.remoteConfig.configs.length === 0 && agent.enrolment.state === 'approved' ? null : (
            <AgentConfig agent={agent} />
          )}
          <AgentHealth agent={agent} />
        </span>
      </div>
    </div>
  );
}
