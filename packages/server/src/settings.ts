import { readFileSync } from 'node:fs';
import type { SelfSetting } from '@drover/api';
import type { z } from 'zod';
import { parseSelector } from './agents/selector.ts';
import { formatDuration } from './lib/duration.ts';
import { type SettingRow, settingRows } from './settings-reference.ts';
import { SettingsSchema } from './settings-schema.ts';
import { shownSettings } from './settings-shown.ts';
import {
  fromEnvironment,
  fromFile,
  fromFlags,
  mergeTrees,
  nearestKey,
  type SettingProblem,
  type SettingSource,
} from './settings-source.ts';
import { addressText, isLoopback } from './settings-units.ts';

type Parsed = z.output<typeof SettingsSchema>;
export type Enrolment = 'open' | 'token' | 'approval' | 'mtls';

/** What an operator set, checked, with defaults, frozen. Durations are milliseconds, sizes bytes. */
export type Settings = Omit<Parsed, 'agents'> & {
  readonly agents: Omit<Parsed['agents'], 'enrolment' | 'heartbeatInterval'> & {
    readonly enrolment: Enrolment;
    readonly heartbeatInterval: number;
  };
};
export type TlsSettings = NonNullable<Settings['opamp']['tls']>;

export interface SettingsInput {
  readonly configFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By key, e.g. `opamp.listen`. */
  readonly flags?: Readonly<Record<string, { readonly flag: string; readonly value: string }>>;
}

export type SettingsOutcome =
  | {
      readonly kind: 'settings';
      readonly settings: Settings;
      /** Every setting that holds, for people. */
      readonly shown: readonly SelfSetting[];
    }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingProblem[] };

function fileSource(path: string, rows: readonly SettingRow[]): SettingSource {
  try {
    return fromFile(path, readFileSync(path, 'utf8'), rows);
  } catch (error) {
    const detail = `the settings file cannot be read: ${(error as Error).message}`;
    return {
      kind: 'file',
      tree: {},
      origin: () => undefined,
      problems: [{ path: '', detail, origin: path }],
    };
  }
}

/** The specification recommends it (section Heartbeat). */
const HEARTBEAT_MS = 30_000;

/** Problems that more than one setting makes. */
function crossProblems(settings: Settings): { path: string; detail: string }[] {
  const problems: { path: string; detail: string }[] = [];
  const { opamp, http, agents } = settings;
  if (agents.heartbeatInterval > Math.max(1000, agents.staleAfter)) {
    problems.push({
      path: 'agents.heartbeatInterval',
      detail: 'is more than agents.staleAfter, so that agents would be stale between two heartbeats',
    });
  }
  if (agents.enrolment === 'mtls' && opamp.tls?.clientCaFile === undefined) {
    problems.push({ path: 'agents.enrolment', detail: 'mtls needs opamp.tls.clientCaFile' });
  }
  const { issue, caCertFile, caKeyFile } = agents.certificates;
  if (issue && opamp.tls === undefined) {
    problems.push({ path: 'agents.certificates.issue', detail: 'needs opamp.tls' });
  }
  if ((caCertFile === undefined) !== (caKeyFile === undefined)) {
    problems.push({
      path: `agents.certificates.${caCertFile === undefined ? 'caKeyFile' : 'caCertFile'}`,
      detail: 'certificate and key of the authority go together: give both or none',
    });
  }
  if (opamp.listen.port !== 0 && addressText(opamp.listen) === addressText(http.listen)) {
    problems.push({
      path: 'http.listen',
      detail: `is the address of opamp.listen, ${addressText(opamp.listen)}; each needs its own`,
    });
  }
  if (opamp.maxBytesInFlight < opamp.maxMessageBytes) {
    problems.push({
      path: 'opamp.maxBytesInFlight',
      detail: 'is less than opamp.maxMessageBytes, so that the largest message could never arrive',
    });
  }
  if (http.maxBodyBytes < settings.configs.maxBytes) {
    problems.push({
      path: 'configs.maxBytes',
      detail: 'is more than http.maxBodyBytes, so that the largest configuration could never arrive',
    });
  }
  const { selector } = settings.telemetry.ownMetrics;
  const selected = selector === undefined ? undefined : parseSelector(selector);
  if (selected?.kind === 'fault') {
    const { column, message } = selected.fault;
    problems.push({ path: 'telemetry.ownMetrics.selector', detail: `column ${column}: ${message}` });
  }
  return problems;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}

/** Reads settings from flags, environment and file, in this order of weight. Every problem is listed. */
export function readSettings(input: SettingsInput): SettingsOutcome {
  const rows = settingRows();
  const sources = [
    ...(input.configFile === undefined ? [] : [fileSource(input.configFile, rows)]),
    fromEnvironment(input.env, rows),
    fromFlags(input.flags ?? {}),
  ];
  const problems = sources.flatMap((source) => source.problems);
  const originOf = (path: readonly string[]): string => {
    for (const source of sources.toReversed()) {
      const origin = source.origin(path);
      if (origin !== undefined) return origin;
    }
    return path.length > 1 ? originOf(path.slice(0, -1)) : '';
  };
  const tree = sources.reduce((merged, source) => mergeTrees(merged, source.tree), {});
  const parsed = SettingsSchema.safeParse(tree);
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const full = [...path, key];
        const meant = nearestKey(full.join('.'), rows);
        problems.push({
          path: full.join('.'),
          detail: `no such setting${meant === undefined ? '' : `; did you mean ${meant}?`}`,
          origin: originOf(full),
        });
      }
    } else {
      const detail =
        issue.code === 'invalid_type' ? 'expected a section with settings below it' : issue.message;
      problems.push({ path: path.join('.'), detail, origin: originOf(path) });
    }
  }
  if (!parsed.success) return { kind: 'invalid', problems };
  const { agents, ...rest } = parsed.data;
  const enrolment = agents.enrolment ?? (isLoopback(rest.opamp.listen) ? 'open' : 'token');
  const heartbeatInterval =
    agents.heartbeatInterval ?? Math.max(1000, Math.min(HEARTBEAT_MS, agents.staleAfter / 3));
  const settings: Settings = { ...rest, agents: { ...agents, enrolment, heartbeatInterval } };
  for (const { path, detail } of crossProblems(settings)) {
    problems.push({ path, detail, origin: originOf(path.split('.')) });
  }
  return problems.length > 0
    ? { kind: 'invalid', problems }
    : {
        kind: 'settings',
        settings: deepFreeze(settings),
        shown: shownSettings(rows, sources, {
          'agents.enrolment': enrolment,
          'agents.heartbeatInterval': formatDuration(heartbeatInterval),
        }),
      };
}

/** The problems as lines for a person. */
export function problemLines(problems: readonly SettingProblem[]): string[] {
  return problems.map(({ path, detail, origin }) => {
    const where = origin === '' ? '' : `${origin}: `;
    return `${where}${path === '' ? '' : `${path}: `}${detail}`;
  });
}
