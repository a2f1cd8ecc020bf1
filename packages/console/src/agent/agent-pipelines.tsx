import type { Agent } from '@drover/api';
import { lazy, Suspense } from 'react';
import { formatFileName } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { partCode } from '../data/page-code.ts';
import styles from './agent.module.css';

const GraphPanel = lazy(
  partCode(() => import('../pipelines/graph-panel.tsx').then((module) => ({ default: module.GraphPanel }))),
);

/** The pipelines of each file that the agent says it runs, with the health that it reports of their components. */
export function AgentPipelines({ agent }: { readonly agent: Agent }) {
  const files = Object.entries(agent.effectiveConfig?.files ?? {});
  const titleOf = (name: string) =>
    files.length > 1 ? `Pipelines of ${formatFileName(name)}` : 'Effective pipelines';
  return files.map(([name, { body }]) => (
    <Suspense
      key={name}
      fallback={
        <Panel title={titleOf(name)}>
          <p className={styles.muted}>Loading…</p>
        </Panel>
      }
    >
      <GraphPanel
        title={titleOf(name)}
        aside={<span className={styles.muted}>{healthRemark(agent)}</span>}
        text={body}
        health={agent.health}
        saysNone
      />
    </Suspense>
  ));
}

function healthRemark({ health, connection }: Agent): string {
  if (health === null) return 'health not reported';
  return connection.state === 'connected' ? 'with reported health' : 'with last reported health';
}
