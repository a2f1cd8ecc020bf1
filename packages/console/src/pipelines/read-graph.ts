import {
  type ConfigMap,
  getOwn,
  isConfigList,
  isConfigMap,
  type ParseResult,
  PIPELINE_ROLES,
  type PipelineGraph,
  pipelineGraph,
} from '@drover/collector-config';

/** What a text gives to draw: a graph, or why the one before it is still the best there is. */
export type ReadGraph =
  | { readonly kind: 'graph'; readonly graph: PipelineGraph }
  | { readonly kind: 'unfinished'; readonly reason: string };

/** The graph of a text. A text that is half-typed, so that its pipelines cannot be read whole, gives none. */
export function readGraph(parsed: ParseResult): ReadGraph {
  if (parsed.kind === 'invalid') {
    const [first] = parsed.findings;
    const where = first === undefined ? '' : `line ${first.line}: ${first.message}`;
    return { kind: 'unfinished', reason: `the text is not valid YAML (${where})` };
  }
  const reason = unfinishedPart(parsed.data);
  return reason === undefined
    ? { kind: 'graph', graph: pipelineGraph(parsed.data) }
    : { kind: 'unfinished', reason };
}

function unfinishedPart(config: ConfigMap): string | undefined {
  const service = getOwn(config, 'service');
  const pipelines = isConfigMap(service) ? getOwn(service, 'pipelines') : undefined;
  if (!isConfigMap(pipelines) || Object.keys(pipelines).length === 0)
    return 'the text has no pipelines under service::pipelines';
  for (const [id, pipeline] of Object.entries(pipelines)) {
    if (pipeline === null) continue;
    if (!isConfigMap(pipeline)) return `pipeline ${id} is not a map`;
    for (const role of PIPELINE_ROLES) {
      const list = getOwn(pipeline, role);
      const isUsable = list === undefined || list === null || isConfigList(list);
      if (!isUsable) return `${role} of pipeline ${id} is not a list`;
    }
  }
  return undefined;
}
