import { type ConfigMap, type GraphNode, getAt, stringifyConfig } from '@drover/collector-config';
import { StateBadge } from '../components/state-badge.tsx';
import { healthWords } from '../components/tone.ts';
import type { NodeHealth } from './graph-health.ts';
import styles from './node-detail.module.css';

interface NodeDetailProps {
  readonly node: GraphNode;
  readonly config: ConfigMap;
  /** What the agent reports of it; `undefined` where it reports nothing, absent where no agent is meant. */
  readonly health?: NodeHealth | undefined;
}

/** A node that was chosen: how it is, and its settings. */
export function NodeDetail(props: NodeDetailProps) {
  const { node, config, health } = props;
  const settings = node.isConfigured ? getAt(config, node.path) : undefined;
  return (
    <section className={styles.detail} aria-label={`${node.kind} ${node.name}`}>
      <div className={styles.head}>
        <h3>
          {node.kind} <code>{node.name}</code>
        </h3>
        {'health' in props ? (
          <StateBadge
            state={healthWords[health === undefined ? 'unknown' : health.isHealthy ? 'healthy' : 'unhealthy']}
          />
        ) : null}
        <span className={styles.status}>{health?.status}</span>
      </div>
      {health === undefined || health.lastError === '' ? null : (
        <p className={styles.error}>{health.lastError}</p>
      )}
      {!node.isConfigured ? (
        <p className={styles.none}>Used here, but not configured.</p>
      ) : settings === undefined || settings === null ? (
        <p className={styles.none}>No settings: all defaults.</p>
      ) : (
        <pre className={styles.settings}>{stringifyConfig({ [node.name]: settings })}</pre>
      )}
    </section>
  );
}
