import { type Document, isNode, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { type ConfigMap, formatPath, isConfigMap } from './config-data.ts';
import { isNestedTooDeep, MAX_DEPTH } from './depth.ts';
import { type Finding, MAX_FINDINGS, MAX_MESSAGE_CHARS } from './finding.ts';
import { documentData } from './to-data.ts';

/** Larger texts are refused unread. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** A configuration that could be read, with its YAML document for positions. */
export type ParsedConfig = {
  readonly kind: 'parsed';
  readonly data: ConfigMap;
  readonly document: Document;
  readonly lines: LineCounter;
};

/** What reading a text gave: data, or the reasons why there is none. */
export type ParseResult = ParsedConfig | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

/**
 * Reads a Collector configuration as the Collector does. Never throws, and its work is bounded, whatever the text: too
 * large, too deep, alias bombs. An empty text is an empty configuration.
 */
export function parseCollectorConfig(text: string): ParseResult {
  if (text.length > MAX_CONFIG_BYTES || new TextEncoder().encode(text).length > MAX_CONFIG_BYTES) {
    return invalid(1, 1, `the configuration is larger than ${MAX_CONFIG_BYTES} bytes`);
  }
  if (isNestedTooDeep(text))
    return invalid(1, 1, `the configuration is nested more than ${MAX_DEPTH} levels deep`);
  return readText(text);
}

function readText(text: string): ParseResult {
  const lines = new LineCounter();
  // `uniqueKeys` compares each key with all others, which takes minutes for hostile text; documentData looks itself.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  if (document.errors.length > 0) {
    const findings = document.errors.slice(0, MAX_FINDINGS).map((error) => ({
      ...yamlError(readerMessage(error)),
      ...rangeOf(lines, error.pos[0], error.pos[1]),
    }));
    return { kind: 'invalid', findings };
  }
  const { data, problems } = documentData(document);
  if (problems.length > 0 || data === undefined) {
    const findings = problems.slice(0, MAX_FINDINGS).map(({ node, path, message }) => ({
      ...yamlError(message, formatPath(path)),
      ...rangeOf(lines, node?.range?.[0] ?? 0, node?.range?.[1]),
    }));
    return { kind: 'invalid', findings };
  }
  if (data === null) return { kind: 'parsed', data: {}, document, lines };
  if (isConfigMap(data)) return { kind: 'parsed', data, document, lines };
  const node = document.contents;
  const range = isNode(node) ? node.range : undefined;
  const { line, column } = rangeOf(lines, range?.[0] ?? 0, range?.[1]);
  return invalid(
    line,
    column,
    'a configuration is a map with sections such as receivers, exporters and service',
  );
}

/** Line and column (from 1) of a stretch of text. */
export function rangeOf(
  lines: LineCounter,
  start: number,
  end: number | undefined,
): Pick<Finding, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const from = lines.linePos(start);
  const place = { line: Math.max(from.line, 1), column: Math.max(from.col, 1) };
  if (end === undefined || end <= start) return place;
  const to = lines.linePos(end);
  return { ...place, endLine: to.line, endColumn: to.col };
}

function readerMessage(error: YAMLParseError): string {
  if (error.code === 'MULTIPLE_DOCS')
    return 'there are several documents here; a Collector reads the first alone';
  if (error.message.includes('call stack')) return `nested more than ${MAX_DEPTH} levels deep`;
  return error.message.replace(/\.$/, '').slice(0, MAX_MESSAGE_CHARS);
}

function yamlError(message: string, path = ''): Pick<Finding, 'severity' | 'path' | 'message' | 'source'> {
  return { severity: 'error', path, message, source: 'yaml' };
}

function invalid(line: number, column: number, message: string): ParseResult {
  return { kind: 'invalid', findings: [{ ...yamlError(message), line, column }] };
}
