import type { ComponentHealthView } from '@drover/api';
import type { GraphNode, PipelineGraph } from '@drover/collector-config';

export interface NodeHealth {
  readonly isHealthy: boolean;
  readonly status: string;
  readonly lastError: string;
}

/** More parts of a health report than this are not looked at. */
const MAX_PARTS = 5_000;

/**
 * What an agent's health report says of the nodes of its graph. A Collector names its parts `pipeline:traces`, with
 * `receiver:otlp` and the like below it, and `extension:opamp`. A receiver that serves several pipelines is reported
 * in each: the worst holds. Nodes that the report does not name are not in the result: nothing is known of them.
 */
export function healthOfNodes(
  graph: PipelineGraph,
  health: ComponentHealthView | null,
): ReadonlyMap<string, NodeHealth> {
  const found = new Map<string, NodeHealth>();
  if (health === null) return found;
  const known = new Set([...graph.nodes, ...graph.extensions].map((node: GraphNode) => node.id));
  const left: { readonly view: ComponentHealthView; readonly pipeline: string }[] = [
    { view: health, pipeline: '' },
  ];
  let parts = 0;
  for (let next = left.pop(); next !== undefined && parts < MAX_PARTS; next = left.pop()) {
    for (const [name, view] of Object.entries(next.view.components)) {
      parts += 1;
      const isPipeline = name.startsWith('pipeline:');
      const pipeline = isPipeline ? name.slice('pipeline:'.length) : next.pipeline;
      const id = name.startsWith('processor:')
        ? `processor:${pipeline}:${name.slice('processor:'.length)}`
        : name;
      const before = found.get(id);
      if (known.has(id) && before?.isHealthy !== false) {
        found.set(id, { isHealthy: view.healthy, status: view.status, lastError: view.lastError });
      }
      left.push({ view, pipeline });
    }
  }
  return found;
}
