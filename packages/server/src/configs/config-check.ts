import type { Finding } from '@drover/api';
import {
  checkCollectorConfig,
  findVariables,
  type ParseResult,
  parseCollectorConfig,
} from '@drover/collector-config';
import { DomainError } from '../lib/errors.ts';
import type { ConfigContent } from './config.ts';

type Checked = Pick<ConfigContent, 'body' | 'format'>;

/**
 * Findings in a content: its variables whatever it is, and where it is a Collector configuration, its structure and
 * what each of these sets of components lacks. Other formats are not looked into. `parsed` is the body, where the caller
 * has read it.
 */
export function checkContent(
  { body, format }: Checked,
  components: readonly Readonly<Record<string, readonly string[]>>[],
  isFragment = false,
  parsed?: ParseResult,
): Finding[] {
  const variables = findVariables(body).problems.map(
    ({ line, column, message }): Finding => ({
      severity: 'error',
      path: '',
      line,
      column,
      message,
      source: 'variables',
    }),
  );
  if (format !== 'collector') return variables;
  const config = parsed ?? parseCollectorConfig(body);
  if (components.length === 0) return [...variables, ...checkCollectorConfig(config, { isFragment })];
  const seen = new Map<string, Finding>(
    variables.map((finding) => [`${finding.line}:${finding.column}:${finding.message}`, finding]),
  );
  for (const available of components) {
    for (const finding of checkCollectorConfig(config, { components: available, isFragment })) {
      seen.set(`${finding.line}:${finding.column}:${finding.message}`, finding);
    }
  }
  return [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** What does not parse at all is refused when it is written; whether it makes sense is for `validate` and the agents. */
export function refuseUnreadable(content: Checked): void {
  const faults = checkContent(content, []).filter(
    ({ source, severity }) => (source === 'yaml' || source === 'variables') && severity === 'error',
  );
  const [first] = faults;
  if (first === undefined) return;
  throw new DomainError(
    'invalid_config',
    `the configuration cannot be read: line ${first.line}, column ${first.column}: ${first.message}`,
    {
      errors: faults.map(({ message, line, column }) => ({
        pointer: '/body',
        detail: message,
        line,
        column,
      })),
    },
  );
}
