import type { GraphNode } from '@drover/collector-config';
import { ToneShape } from '../components/state-badge.tsx';
import type { NodeHealth } from './graph-health.ts';
import type { Box } from './graph-layout.ts';
import { captionOf } from './graph-words.ts';
import styles from './pipeline-graph.module.css';

interface GraphButtonProps {
  readonly node: GraphNode;
  /** What is to be said beyond its kind and name. */
  readonly remarks: string;
  readonly health: NodeHealth | 'unknown' | 'none';
  readonly isMarked: boolean;
  readonly isUnused?: boolean;
  readonly isStop: boolean;
  readonly box?: Box | undefined;
  readonly onNear?: (isNear: boolean) => void;
  readonly onFocus?: () => void;
  readonly onOpen: (() => void) | undefined;
}

/** A component or pipeline of the graph. */
export function GraphButton({
  node,
  remarks,
  health,
  isMarked,
  isUnused,
  isStop,
  box,
  onNear,
  onFocus,
  onOpen,
}: GraphButtonProps) {
  const isMissing = !node.isConfigured;
  const words = `${node.kind} ${node.name}${remarks === '' ? '' : `: ${remarks}`}`;
  const tone = toneOf(health, isMissing);
  return (
    <button
      type="button"
      className={styles.node}
      data-node={node.id}
      data-kind={node.kind}
      data-missing={isMissing}
      data-unused={isUnused === true}
      data-unhealthy={tone === 'broken'}
      data-marked={isMarked}
      data-still={onOpen === undefined}
      style={styleOf(box)}
      tabIndex={isStop ? 0 : -1}
      aria-current={isMarked ? 'location' : undefined}
      onClick={onOpen}
      onMouseEnter={() => onNear?.(true)}
      onMouseLeave={() => onNear?.(false)}
      onFocus={() => {
        onFocus?.();
        onNear?.(true);
      }}
      onBlur={() => onNear?.(false)}
    >
      <span className={styles.caption} title={words}>
        {tone === undefined ? null : <ToneShape tone={tone} />}
        <span className={styles.captionText}>{captionOf(node)}</span>
      </span>{' '}
      <span className={styles.name} title={words}>
        {node.name}
      </span>{' '}
      <span className={styles.hidden}>{remarks}</span>
    </button>
  );
}

function toneOf(
  health: GraphButtonProps['health'],
  isMissing: boolean,
): 'well' | 'broken' | 'gone' | undefined {
  if (isMissing) return 'broken';
  if (health === 'none') return undefined;
  if (health === 'unknown') return 'gone';
  return health.isHealthy ? 'well' : 'broken';
}

/** Where a box stands in the drawing. */
export function styleOf(box: Box | undefined) {
  return box === undefined
    ? undefined
    : { left: box.x, top: box.y, width: box.width, height: box.height, position: 'absolute' as const };
}
