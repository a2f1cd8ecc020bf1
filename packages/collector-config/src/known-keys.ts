import type { ConfigPath } from './config-data.ts';
import { type ComponentSection, PIPELINE_ROLES, SECTION_NAMES, SIGNALS } from './sections.ts';

/** What a key holds: more keys, a list of maps or words, or a word (or list) on its line. */
export type KeyShape = 'map' | 'list' | 'word';

/** The keys that every Collector has. */
export function knownKeys(path: ConfigPath): readonly (readonly [string, KeyShape, string])[] | undefined {
  const [section, part, pipeline] = path;
  if (section === undefined) {
    return [
      ...SECTION_NAMES.map((name) => [name, 'map', SECTION_WORDS[name]] as const),
      ['service', 'map', 'Which components run, and the telemetry of the Collector itself'],
    ];
  }
  if (section !== 'service') return undefined;
  if (part === undefined) {
    return [
      ['extensions', 'word', 'The extensions that are started'],
      ['pipelines', 'map', 'How data flows, by signal'],
      ['telemetry', 'map', "The Collector's own logs, metrics and traces"],
    ];
  }
  if (part !== 'pipelines' || path.length > 3) return undefined;
  return pipeline === undefined
    ? SIGNALS.map(
        (signal) =>
          [signal, 'map', `A pipeline for ${signal}; further ones are named ${signal}/name`] as const,
      )
    : PIPELINE_ROLES.map((role) => [role, 'word', ROLE_WORDS[role]] as const);
}

const SECTION_WORDS: Readonly<Record<ComponentSection, string>> = {
  receivers: 'Components that receive data',
  processors: 'Components that process data',
  exporters: 'Components that send data on',
  connectors: 'Components that join pipelines: exporter of one, receiver of another',
  extensions: 'Components outside the data flow',
};

const ROLE_WORDS: Readonly<Record<(typeof PIPELINE_ROLES)[number], string>> = {
  receivers: 'Where data comes from: ids of receivers and connectors',
  processors: 'What it passes through, in this order',
  exporters: 'Where it goes: ids of exporters and connectors',
};
