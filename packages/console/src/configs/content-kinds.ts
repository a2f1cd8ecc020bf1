import type { ConfigFormat } from '@drover/api';

/** How the text of a new configuration is read, and what agents are told that it is. */
export interface ContentKind {
  readonly value: string;
  readonly word: string;
  readonly format: ConfigFormat;
  readonly contentType: string;
}

export const COLLECTOR: ContentKind = {
  value: 'collector',
  word: 'OpenTelemetry Collector',
  format: 'collector',
  contentType: 'text/yaml',
};

export const CONTENT_KINDS: readonly ContentKind[] = [
  COLLECTOR,
  { value: 'fluentbit-yaml', word: 'Fluent Bit, YAML', format: 'fluentbit', contentType: 'text/yaml' },
  { value: 'fluentbit', word: 'Fluent Bit, classic', format: 'fluentbit', contentType: 'text/plain' },
  { value: 'yaml', word: 'Other YAML', format: 'other', contentType: 'text/yaml' },
  { value: 'text', word: 'Other text', format: 'other', contentType: 'text/plain' },
];

export function kindOf(content: {
  readonly format: ConfigFormat;
  readonly contentType: string;
}): ContentKind {
  const isYaml = /yaml/i.test(content.contentType);
  return (
    CONTENT_KINDS.find(
      ({ format, contentType }) => format === content.format && /yaml/.test(contentType) === isYaml,
    ) ?? COLLECTOR
  );
}
