export { type AvailableComponents, type CheckOptions, checkCollectorConfig } from './check.ts';
export { checkFields, type FieldTarget } from './check-fields.ts';
export { collectorErrorIn } from './collector-error.ts';
export { collectorRemarks, lineRemarks, type ProgramRemark } from './collector-words.ts';
export { completionsAt } from './completion.ts';
export type { Completion, Completions, EditorKnowledge } from './completion-context.ts';
export { type ComponentId, componentType, type ParsedId, parseComponentId } from './component-id.ts';
export {
  type ComponentSchemas,
  countComponents,
  FIELD_TYPES,
  type FieldSchema,
  type FieldType,
  MAX_SCHEMA_DEPTH,
  MAX_SCHEMA_FIELDS,
  type ReadComponentSchemas,
  readComponentSchemas,
} from './component-schemas.ts';
export {
  type ConfigMap,
  type ConfigPath,
  type ConfigValue,
  formatPath,
  getAt,
  getOwn,
  isConfigList,
  isConfigMap,
  isSameConfig,
} from './config-data.ts';
export {
  type ComponentChange,
  type ConfigDiff,
  diffConfigs,
  type PipelineChange,
  type RoleChange,
  type SettingChange,
} from './diff.ts';
export { type DriftDifference, type DriftOptions, findDrift, MAX_DRIFT_DIFFERENCES } from './drift.ts';
export { expandKeys } from './expand-keys.ts';
export { type Finding, MAX_FINDINGS, type Severity } from './finding.ts';
export { type FormattedYaml, formatYaml } from './format-yaml.ts';
export {
  type GraphEdge,
  type GraphNode,
  type GraphPipeline,
  nodesAtPath,
  type PipelineGraph,
  pipelineGraph,
} from './graph.ts';
export { type Hover, hoverAt } from './hover.ts';
export {
  type Layer,
  type LayerOverride,
  MAX_OVERRIDES,
  type MergedLayers,
  mergeLayers,
} from './layers.ts';
export { createLocator } from './locate.ts';
export { MASK, maskSecrets, maskSecretsInText } from './mask.ts';
export { type MergeOptions, mergeConfigs, SERVICE_EXTENSIONS } from './merge.ts';
export { entryAt, findEntry, readOutline } from './outline.ts';
export type { OutlineEntry } from './outline-flow.ts';
export { MAX_CONFIG_BYTES, type ParsedConfig, type ParseResult, parseCollectorConfig } from './parse.ts';
export {
  compileVariables,
  type Resolution,
  resolveVariables,
  type TemplateResult,
  type VariableFormat,
  type VariableLookup,
  type VariableTemplate,
} from './resolve-variables.ts';
export { type SearchHit, type SearchResult, searchIn } from './search-match.ts';
export {
  MAX_SEARCH_CHARS,
  MAX_SEARCH_TERMS,
  type ParsedSearch,
  parseSearch,
  SEARCH_WORDS,
  type SearchQuery,
  type SearchTerm,
} from './search-query.ts';
export { type Searchable, type SearchEntry, searchableOf } from './searchable.ts';
export { type ReadConfig, SectionReader } from './section-reader.ts';
export {
  COMPONENT_SECTIONS,
  type ComponentKind,
  type ComponentSection,
  type ComponentUse,
  configuredIds,
  PIPELINE_ROLES,
  type Pipeline,
  type PipelineRole,
  readPipelines,
  startedExtensions,
} from './sections.ts';
export { isSensitiveKey } from './sensitive.ts';
export { stringifyConfig } from './stringify.ts';
export { TokenBudget } from './token-budget.ts';
export {
  findVariables,
  hasVariables,
  MAX_VARIABLE_USES,
  VARIABLE_SOURCES,
  type VariableProblem,
  type VariableSource,
  type Variables,
  type VariableUse,
} from './variables.ts';
