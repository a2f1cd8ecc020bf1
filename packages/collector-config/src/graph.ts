import { componentType } from './component-id.ts';
import type { ConfigMap, ConfigPath } from './config-data.ts';
import {
  COMPONENT_SECTIONS,
  type ComponentKind,
  type ComponentSection,
  type ComponentUse,
  configuredIds,
  PIPELINE_ROLES,
  type Pipeline,
  readPipelines,
  SECTION_NAMES,
  startedExtensions,
} from './sections.ts';

/** A component in the flow of data, or the place where a pipeline begins. */
export type GraphNode = {
  /** Unique in the graph: `receiver:otlp`, `pipeline:metrics`, `processor:metrics:batch`, `unused:exporter:debug`. */
  readonly id: string;
  readonly kind: ComponentKind | 'pipeline';
  /** The component's id as configured, or the pipeline's. */
  readonly name: string;
  /** The pipeline that a processor or an entry belongs to; others may serve several. */
  readonly pipeline?: string;
  /** False for a component that a pipeline or `service::extensions` names but no section configures. */
  readonly isConfigured: boolean;
  /** Where it stands in the configuration: where it is configured, else where it is first named. */
  readonly path: ConfigPath;
};

/** Data goes from one node to the other in this pipeline. */
export type GraphEdge = { readonly from: string; readonly to: string; readonly pipeline: string };

/** A pipeline by the ids of its nodes, each once, in the order of the configuration. */
export type GraphPipeline = {
  readonly id: string;
  /** What it carries: `traces`, `metrics`, `logs`, `profiles`, or whatever the configuration says instead. */
  readonly signal: string;
  readonly entry: string;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
};

export type PipelineGraph = {
  /** The nodes that edges join. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly pipelines: readonly GraphPipeline[];
  /** What `service::extensions` starts; no data goes through them. */
  readonly extensions: readonly GraphNode[];
  /** What is configured and neither in a pipeline nor started. */
  readonly unused: readonly GraphNode[];
};

/**
 * How data flows: receivers into a pipeline's entry, through its processors in their order, to its exporters.
 * Receivers, exporters and connectors are one node each, processors one for each pipeline that runs them, as in the
 * Collector. Nodes come in the order of the pipelines; the size of the graph is linear in the configuration's.
 */
export function pipelineGraph(config: ConfigMap): PipelineGraph {
  const configured = Object.fromEntries(
    SECTION_NAMES.map((section) => [section, new Set(configuredIds(config, section))]),
  ) as { readonly [section in ComponentSection]: Set<string> };
  const nodes = new Map<string, GraphNode>();
  const used = new Set<string>();
  const nodeOf = (id: string, section: ComponentSection, use: ComponentUse, pipeline?: string): string => {
    const isConfigured = configured[section].has(use.id);
    used.add(`${section}:${use.id}`);
    if (!nodes.has(id)) {
      nodes.set(id, {
        id,
        kind: COMPONENT_SECTIONS[section],
        name: use.id,
        ...(pipeline === undefined ? {} : { pipeline }),
        isConfigured,
        path: isConfigured ? [section, use.id] : use.path,
      });
    }
    return id;
  };
  const shared = (section: 'receivers' | 'exporters', use: ComponentUse): string => {
    const actual = configured.connectors.has(use.id) ? 'connectors' : section;
    return nodeOf(`${COMPONENT_SECTIONS[actual]}:${use.id}`, actual, use);
  };
  const readPipeline = (pipeline: Pipeline): GraphPipeline => {
    const { id } = pipeline;
    const entry = `pipeline:${id}`;
    const receivers = pipeline.receivers.map((use) => shared('receivers', use));
    nodes.set(entry, {
      id: entry,
      kind: 'pipeline',
      name: id,
      pipeline: id,
      isConfigured: true,
      path: ['service', 'pipelines', id],
    });
    const processors = pipeline.processors.map((use) =>
      nodeOf(`processor:${id}:${use.id}`, 'processors', use, id),
    );
    const exporters = pipeline.exporters.map((use) => shared('exporters', use));
    return {
      id,
      signal: componentType(id),
      entry,
      receivers: [...new Set(receivers)],
      processors: [...new Set(processors)],
      exporters: [...new Set(exporters)],
    };
  };
  const pipelines = readPipelines(config).map(readPipeline);
  const flowing = [...nodes.values()];
  nodes.clear();
  for (const use of startedExtensions(config)) nodeOf(`extension:${use.id}`, 'extensions', use);
  const extensions = [...nodes.values()];
  const unused = SECTION_NAMES.flatMap((section) =>
    [...configured[section]]
      .filter((name) => !used.has(`${section}:${name}`))
      .map((name): GraphNode => {
        const kind = COMPONENT_SECTIONS[section];
        return { id: `unused:${kind}:${name}`, kind, name, isConfigured: true, path: [section, name] };
      }),
  );
  return { nodes: flowing, edges: pipelines.flatMap(edgesOf), pipelines, extensions, unused };
}

function edgesOf({ id: pipeline, entry, receivers, processors, exporters }: GraphPipeline): GraphEdge[] {
  const edges: GraphEdge[] = receivers.map((from) => ({ from, to: entry, pipeline }));
  let last = entry;
  for (const to of processors) {
    edges.push({ from: last, to, pipeline });
    last = to;
  }
  for (const to of exporters) edges.push({ from: last, to, pipeline });
  return edges;
}

/**
 * The nodes that a place of the configuration is about: a component wherever it is configured or named, a pipeline
 * within its own part; none for the rest. `word` is the text of a list entry at that place.
 */
export function nodesAtPath(graph: PipelineGraph, path: ConfigPath, word?: string): readonly string[] {
  const [section, name, id, role] = path;
  if (section === 'service' && name === 'pipelines') {
    const pipeline = graph.pipelines.find((each) => each.id === id);
    if (pipeline === undefined) return [];
    const uses = PIPELINE_ROLES.find((each) => each === role);
    const named = graph.nodes.filter((node) => node.name === word && word !== undefined);
    const used = uses === undefined ? [] : named.filter((node) => pipeline[uses].includes(node.id));
    return used.length === 0 ? [pipeline.entry] : used.map((node) => node.id);
  }
  if (section === 'service') {
    return name !== 'extensions' ? [] : idsOf(graph.extensions, (node) => node.name === word);
  }
  const all = [...graph.nodes, ...graph.extensions, ...graph.unused];
  return idsOf(all, ({ path: own }) => own.length === 2 && own[0] === section && own[1] === name);
}

function idsOf(nodes: readonly GraphNode[], isIt: (node: GraphNode) => boolean): readonly string[] {
  return nodes.filter(isIt).map((node) => node.id);
}
