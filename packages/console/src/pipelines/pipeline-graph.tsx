import type { GraphNode, PipelineGraph } from '@drover/collector-config';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { countOf } from '../components/format.ts';
import { GraphButton, styleOf } from './graph-button.tsx';
import type { NodeHealth } from './graph-health.ts';
import { type Box, layoutGraph, MAX_DRAWN_NODES } from './graph-layout.ts';
import { nodeRemarks, pipelineWords } from './graph-words.ts';
import { nextNode } from './next-node.ts';
import styles from './pipeline-graph.module.css';

export interface PipelineGraphProps {
  readonly graph: PipelineGraph;
  /** What the agent reports of its components; absent where no agent is meant. */
  readonly health?: ReadonlyMap<string, NodeHealth>;
  /** The nodes that the cursor in the text is about. */
  readonly marked?: readonly string[];
  /** A node was chosen: leads to its place in the text. */
  readonly onOpen?: (node: GraphNode) => void;
}

const NONE: readonly string[] = [];
/** Of pipelines in words, and of components that stand apart. */
const LISTED_MAX = 100;

/** How data flows, drawn; the same as sentences for who cannot see it. Scrolls inside its own box. */
export function PipelineGraphView({ graph, health, marked = NONE, onOpen }: PipelineGraphProps) {
  const hasAnything = graph.nodes.length > 0;
  return (
    <div className={styles.graph}>
      {!hasAnything ? null : graph.nodes.length > MAX_DRAWN_NODES ? (
        <p className={styles.remark}>
          {countOf(graph.nodes.length, 'component')} are too many to draw; the pipelines as text:
        </p>
      ) : (
        <Drawing graph={graph} health={health} marked={marked} onOpen={onOpen} />
      )}
      <ul
        className={graph.nodes.length > MAX_DRAWN_NODES ? styles.sentences : styles.hidden}
        aria-label="Pipelines as text"
      >
        {graph.pipelines.slice(0, LISTED_MAX).map((pipeline) => (
          <li key={pipeline.id}>{pipelineWords(pipeline, graph)}</li>
        ))}
        {graph.pipelines.length > LISTED_MAX ? (
          <li>and {countOf(graph.pipelines.length - LISTED_MAX, 'more pipeline')}</li>
        ) : null}
      </ul>
      <Apart
        title="Extensions"
        nodes={graph.extensions}
        graph={graph}
        health={health}
        marked={marked}
        onOpen={onOpen}
      />
      <Apart
        title="Configured, not used"
        nodes={graph.unused}
        graph={graph}
        health={undefined}
        marked={marked}
        onOpen={onOpen}
      />
    </div>
  );
}

interface PartProps {
  readonly graph: PipelineGraph;
  readonly health: ReadonlyMap<string, NodeHealth> | undefined;
  readonly marked: readonly string[];
  readonly onOpen: ((node: GraphNode) => void) | undefined;
}

function Drawing({ graph, health, marked, onOpen }: PartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [stop, setStop] = useState<string>();
  const [near, setNear] = useState<string>();
  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const sideways = useMemo(() => layoutGraph(graph, 'right'), [graph]);
  const down = useMemo(() => layoutGraph(graph, 'down'), [graph]);
  const direction = width > 0 && sideways.width > width && down.width < sideways.width ? 'down' : 'right';
  const layout = direction === 'down' ? down : sideways;

  const [firstMarked] = marked;
  useEffect(() => {
    const box = firstMarked === undefined ? undefined : layout.boxes.get(firstMarked);
    if (box !== undefined && place.current !== null) bringIntoView(place.current, box);
  }, [firstMarked, layout]);

  const current = stop !== undefined && layout.boxes.has(stop) ? stop : graph.nodes[0]?.id;
  const onKeyDown = (event: KeyboardEvent) => {
    const next = current === undefined ? undefined : nextNode(layout.boxes, current, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setStop(next);
    place.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div
      ref={place}
      className={styles.scroller}
      role="group"
      aria-label="Pipeline graph"
      onKeyDown={onKeyDown}
    >
      <div
        className={styles.canvas}
        data-direction={direction}
        style={{ width: layout.width, height: layout.height }}
      >
        {graph.pipelines.map(({ id, entry }) => (
          <div
            key={id}
            className={styles.lane}
            data-marked={marked.includes(entry)}
            style={styleOf(layout.lanes.get(id))}
          />
        ))}
        <svg className={styles.edges} width={layout.width} height={layout.height} aria-hidden="true">
          {layout.edges.map(({ from, to, line, arrow }) => (
            <g key={`${from} ${to}`} data-near={near === from || near === to}>
              <path d={line} className={styles.line} />
              <path d={arrow} className={styles.arrow} />
            </g>
          ))}
        </svg>
        {graph.nodes.map((node) => (
          <GraphButton
            key={node.id}
            node={node}
            remarks={nodeRemarks(node, graph, stateOf(node, health))}
            health={stateOf(node, health)}
            isMarked={marked.includes(node.id)}
            box={layout.boxes.get(node.id)}
            isStop={node.id === current}
            onNear={(isNear) => setNear(isNear ? node.id : undefined)}
            onFocus={() => setStop(node.id)}
            onOpen={onOpen && (() => onOpen(node))}
          />
        ))}
      </div>
    </div>
  );
}

function Apart({
  title,
  nodes,
  graph,
  health,
  marked,
  onOpen,
}: PartProps & {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
}) {
  if (nodes.length === 0) return null;
  // The one that the cursor is about is never among those left out.
  const listed = nodes.filter((node, index) => index < LISTED_MAX || marked.includes(node.id));
  return (
    <div className={styles.apart}>
      <h3>{title}</h3>
      <ul className={styles.chips}>
        {listed.map((node) => (
          <li key={node.id}>
            <GraphButton
              node={node}
              remarks={nodeRemarks(node, graph, stateOf(node, health))}
              health={stateOf(node, health)}
              isMarked={marked.includes(node.id)}
              isUnused={node.id.startsWith('unused:')}
              isStop
              onOpen={onOpen && (() => onOpen(node))}
            />
          </li>
        ))}
      </ul>
      {nodes.length > listed.length ? (
        <p className={styles.more}>and {countOf(nodes.length - listed.length, 'more component')}</p>
      ) : null}
    </div>
  );
}

function stateOf(node: GraphNode, health: PartProps['health']): NodeHealth | 'unknown' | 'none' {
  return health === undefined ? 'none' : (health.get(node.id) ?? 'unknown');
}

/** Only the box itself scrolls, never the page around it. */
function bringIntoView(scroller: HTMLElement, box: Box): void {
  const margin = 24;
  const left = Math.min(scroller.scrollLeft, Math.max(0, box.x - margin));
  const top = Math.min(scroller.scrollTop, Math.max(0, box.y - margin));
  scroller.scrollTo({
    left: Math.max(left, box.x + box.width + margin - scroller.clientWidth),
    top: Math.max(top, box.y + box.height + margin - scroller.clientHeight),
  });
}
