import type { Agent } from '@drover/api';
import { lazy, Suspense } from 'react';
import { SkeletonRows } from '../components/skeleton.tsx';
import styles from './agent.module.css';

const GraphPanel = lazy(() =>
  import('../pipelines/graph-panel.tsx').then((module) => ({ default: module.GraphPanel })),
);

/** The pipelines of each file that the agent says it runs, with the health that it reports of their components. */
export function AgentPipelines({ agent }: { readonly agent: Agent }) {
  const files = Object.entries(agent.effectiveConfig?.files ?? {});
  return (
    <Suspense fallback={files.length === 0 ? null : <SkeletonRows rows={5} />}>
      {files.map(([name, { body }]) => (
        <GraphPanel
          key={name}
          title={files.length > 1 ? `Pipelines of ${name}` : 'Pipelines that it runs'}
          aside={<span className={styles.muted}>{healthRemark(agent)}</span>}
          text={body}
          health={agent.health}
        />
      ))}
    </Suspense>
  );
}

function healthRemark({ health, connection }: Agent): string {
  if (health === null) return 'health unknown: it reports none';
  return connection.state === 'connected'
    ? 'with the health that it reports'
    : 'with the health it last reported';
}
