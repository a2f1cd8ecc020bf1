import type { GraphNode, GraphPipeline, PipelineGraph } from '@drover/collector-config';
import { formatCount } from '../components/format.ts';
import type { NodeHealth } from './graph-health.ts';

/** So many names are read out, or read; how many more there are is said. */
const NAMED_MAX = 24;

/** The small line above a node's name. */
export function captionOf(node: GraphNode): string {
  return node.isConfigured ? node.kind : 'not configured';
}

/** What the drawing shows of a node and its two lines of text do not say: for those who hear it, and under the pointer. */
export function nodeRemarks(
  node: GraphNode,
  graph: PipelineGraph,
  health: NodeHealth | 'unknown' | 'none',
): string {
  const of = node.kind === 'pipeline' ? [] : pipelinesOf(node, graph);
  return [
    ...(node.isConfigured ? [] : [`${node.kind} used but not configured`]),
    ...(of.length === 0 ? [] : [`in ${of.length === 1 ? 'pipeline' : 'pipelines'} ${listed(of)}`]),
    ...(node.id.startsWith('unused:') ? ['not used'] : []),
    ...(health === 'none' ? [] : [health === 'unknown' ? 'health not reported' : healthText(health)]),
  ].join(', ');
}

/** The way of the data through one pipeline, in one sentence. */
export function pipelineWords({ id, ...pipeline }: GraphPipeline, graph: PipelineGraph): string {
  const names = new Map(graph.nodes.map((node) => [node.id, node]));
  const list = (ids: readonly string[]) =>
    listed(
      ids
        .map((each) => names.get(each))
        .map((node) => (node?.kind === 'connector' ? `connector ${node.name}` : (node?.name ?? ''))),
    );
  const steps = [
    `from ${list(pipeline.receivers) || 'no receiver'}`,
    pipeline.processors.length === 0 ? 'through no processor' : `through ${list(pipeline.processors)}`,
    `to ${list(pipeline.exporters) || 'no exporter'}`,
  ];
  return `Pipeline ${id}: ${steps.join(', ')}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  const named = names.slice(0, NAMED_MAX).join(', ');
  return more > 0 ? `${named} and ${formatCount(more)} more` : named;
}

function healthText(health: NodeHealth): string {
  const word = health.isHealthy ? 'healthy' : 'unhealthy';
  return health.lastError === '' ? word : `${word}: ${health.lastError}`;
}

function pipelinesOf(node: GraphNode, graph: PipelineGraph): readonly string[] {
  if (node.pipeline !== undefined) return [node.pipeline];
  return graph.pipelines
    .filter(({ receivers, exporters }) => receivers.includes(node.id) || exporters.includes(node.id))
    .map(({ id }) => id);
}
