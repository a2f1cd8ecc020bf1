import { AgentDescriptionSchema, ConnectionSettingsStatusSchema, decodeMessage } from '@drover/opamp';
import type { AgentSession, PartName } from '@drover/opamp/server';
import type { AgentReport, ConfigReport, HealthSummary, ReportedParts } from '../agents/agent.ts';
import type { SettingsReport } from '../connections/credential-trials.ts';
import { attributesToTexts } from './attribute-json.ts';
import { FieldCursor } from './field-cursor.ts';
import { TextCache } from './text-cache.ts';

/** By the numbers of RemoteConfigStatuses; an unknown number says nothing. */
const CONFIG_STATUSES = ['unset', 'applied', 'applying', 'failed'] as const;

/** Texts that an agent sends of itself are kept this long; the parts keep them whole. */
const TEXT_MAX_CHARS = 4096;

/** Fields of ComponentHealth, by number. */
const HEALTHY = 1;
const LAST_ERROR = 3;
const STATUS = 4;

/** Fields of RemoteConfigStatus, by number. */
const CONFIG_HASH = 1;
const CONFIG_STATUS = 2;
const CONFIG_ERROR = 3;

/** Fields of AgentDescription, KeyValue and AnyValue, by number. */
const IDENTIFYING = 1;
const NON_IDENTIFYING = 2;
const KEY = 1;
const VALUE = 2;
const STRING_VALUE = 1;

type Summaries = Pick<AgentReport, 'attributes' | 'health' | 'config'>;

/** Decodes of a report what lists, selectors and offers need; only the parts that changed are looked at. */
export class ReportDecoder {
  readonly #texts = new TextCache();
  readonly #hashes = new TextCache();

  /** What the agent just reported, in the words of the domain. */
  reportOf(session: AgentSession, names: Iterable<PartName>): AgentReport {
    const parts: { -readonly [name in PartName]?: Uint8Array } = {};
    for (const name of names) {
      const bytes = session.parts[name];
      if (bytes !== undefined) parts[name] = bytes;
    }
    const { sequenceNum, capabilities } = session;
    return { sequenceNum, capabilities, parts, ...this.summariesOf(parts) };
  }

  /** What lists and selectors know of these parts. */
  summariesOf(parts: ReportedParts): Summaries {
    const attributes = parts.description === undefined ? undefined : this.attributes(parts.description);
    const health = parts.health === undefined ? undefined : this.#health(parts.health);
    const config =
      parts.remoteConfigStatus === undefined ? undefined : this.#config(parts.remoteConfigStatus);
    return {
      ...(attributes === undefined ? {} : { attributes }),
      ...(health === undefined ? {} : { health }),
      ...(config === undefined ? {} : { config }),
    };
  }

  /** Keys and values in turn. Identifying ones stand last: of a key that is in both, theirs is the value. */
  attributes(description: Uint8Array): readonly string[] | undefined {
    const others: string[] = [];
    const identifying: string[] = [];
    let hasOtherKinds = false;
    const lists = new FieldCursor(description);
    while (lists.next()) {
      if (!lists.isText || (lists.field !== IDENTIFYING && lists.field !== NON_IDENTIFYING)) continue;
      const list = lists.field === IDENTIFYING ? identifying : others;
      hasOtherKinds = !this.#addAttribute(list, description, lists) || hasOtherKinds;
    }
    if (lists.isBroken) return undefined;
    if (!hasOtherKinds) return others.length === 0 ? identifying : others.concat(identifying);
    const decoded = decodeMessage(AgentDescriptionSchema, description);
    if (decoded.kind !== 'message') return undefined;
    const { identifyingAttributes, nonIdentifyingAttributes } = decoded.message;
    return attributesToTexts([...nonIdentifyingAttributes, ...identifyingAttributes]);
  }

  /** False where the value is of another kind than text. */
  #addAttribute(list: string[], bytes: Uint8Array, at: FieldCursor): boolean {
    const fields = new FieldCursor(bytes, at.start, at.end);
    let key = '';
    let value: string | undefined;
    while (fields.next()) {
      if (!fields.isText) continue;
      if (fields.field === KEY) key = this.#texts.textOf(bytes, fields.start, fields.end);
      else if (fields.field === VALUE) value = this.#stringOf(bytes, fields);
    }
    if (value === undefined) return false;
    list.push(key, value);
    return true;
  }

  /** The text of an encoded AnyValue; undefined where it is of another kind. */
  #stringOf(bytes: Uint8Array, at: FieldCursor): string | undefined {
    const fields = new FieldCursor(bytes, at.start, at.end);
    let text: string | undefined;
    while (fields.next()) {
      const isString = fields.field === STRING_VALUE && fields.isText;
      text = isString ? this.#texts.textOf(bytes, fields.start, fields.end) : undefined;
    }
    return text;
  }

  /** A health message without content says "not healthy, no details": its presence counts. */
  #health(bytes: Uint8Array): HealthSummary | undefined {
    let isHealthy = false;
    let status = '';
    let lastError = '';
    const fields = new FieldCursor(bytes);
    while (fields.next()) {
      if (fields.field === HEALTHY) isHealthy = fields.value !== 0;
      else if (!fields.isText) continue;
      else if (fields.field === STATUS) status = this.#texts.textOf(bytes, fields.start, fields.end);
      else if (fields.field === LAST_ERROR) lastError = this.#texts.textOf(bytes, fields.start, fields.end);
    }
    if (fields.isBroken) return undefined;
    const state = isHealthy ? 'healthy' : 'unhealthy';
    return { state, status: clipped(status), lastError: clipped(lastError) };
  }

  #config(bytes: Uint8Array): ConfigReport | undefined {
    let status = 0;
    let hash = '';
    let errorMessage = '';
    const fields = new FieldCursor(bytes);
    while (fields.next()) {
      if (fields.field === CONFIG_STATUS) status = fields.value;
      else if (!fields.isText) continue;
      else if (fields.field === CONFIG_HASH) hash = this.#hashes.hexOf(bytes, fields.start, fields.end);
      else if (fields.field === CONFIG_ERROR)
        errorMessage = this.#texts.textOf(bytes, fields.start, fields.end);
    }
    if (fields.isBroken) return undefined;
    return { status: CONFIG_STATUSES[status] ?? 'unset', hash, errorMessage: clipped(errorMessage) };
  }
}

function clipped(text: string): string {
  return text.length > TEXT_MAX_CHARS ? `${text.slice(0, TEXT_MAX_CHARS)}…` : text;
}

/** By the numbers of ConnectionSettingsStatuses. */
const SETTINGS_STATUSES = ['unset', 'applied', 'applying', 'failed'] as const;

/** What an agent says of connection settings that it was offered. */
export function settingsReportOf(bytes: Uint8Array): SettingsReport | undefined {
  const decoded = decodeMessage(ConnectionSettingsStatusSchema, bytes);
  if (decoded.kind !== 'message') return undefined;
  const { status, lastConnectionSettingsHash, errorMessage } = decoded.message;
  return {
    status: SETTINGS_STATUSES[status] ?? 'unset',
    hash: Buffer.from(lastConnectionSettingsHash).toString('hex'),
    errorMessage: clipped(errorMessage),
  };
}
