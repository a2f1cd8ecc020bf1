import type { ComponentHealthView } from '@drover/api';
import { parseCollectorConfig } from '@drover/collector-config';
import { type ReactNode, useMemo, useState } from 'react';
import { Panel } from '../components/panel.tsx';
import { healthOfNodes } from './graph-health.ts';
import { NodeDetail } from './node-detail.tsx';
import styles from './pipeline-graph.module.css';
import { PipelineGraphView } from './pipeline-graph.tsx';
import { useGraph } from './use-graph.ts';

interface GraphPanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly text: string;
  /** What an agent that runs this text reports; null where it reports none. Absent where no agent is meant. */
  readonly health?: ComponentHealthView | null;
  /** A text without pipelines has a panel too, with a line that says so; else it has none. */
  readonly saysNone?: boolean;
}

/** The pipelines of a text that is not edited here; a node that is chosen shows its settings and its health. */
export function GraphPanel({ title, aside, text, health, saysNone = false }: GraphPanelProps) {
  const { graph, reason, isReading } = useGraph(text);
  const [chosen, setChosen] = useState<string>();
  const isChosen = chosen !== undefined;
  const nodeHealth = useMemo(
    () => (graph === undefined || health === undefined ? undefined : healthOfNodes(graph, health)),
    [graph, health],
  );
  const config = useMemo(() => {
    // Only where a node is chosen: of a large text it takes a while.
    const parsed = isChosen ? parseCollectorConfig(text) : undefined;
    return parsed?.kind === 'parsed' ? parsed.data : undefined;
  }, [text, isChosen]);
  if (graph === undefined) {
    if (!saysNone) return null;
    return (
      <Panel title={title}>
        <p className={styles.none}>
          {isReading ? 'Reading…' : `None to draw: ${reason}. Only Collector configurations have pipelines.`}
        </p>
      </Panel>
    );
  }
  const node = [...graph.nodes, ...graph.extensions, ...graph.unused].find((each) => each.id === chosen);
  return (
    <Panel title={title} aside={aside} isFlush>
      {reason === undefined ? null : <p className={styles.stale}>Last valid state shown: {reason}.</p>}
      <PipelineGraphView
        graph={graph}
        marked={chosen === undefined ? [] : [chosen]}
        onOpen={({ id }) => setChosen(id === chosen ? undefined : id)}
        {...(nodeHealth === undefined ? {} : { health: nodeHealth })}
      />
      {node === undefined || config === undefined ? null : (
        <NodeDetail
          node={node}
          config={config}
          {...(nodeHealth === undefined ? {} : { health: nodeHealth.get(node.id) })}
        />
      )}
    </Panel>
  );
}
