import { type ConfigPath, formatPath, getAt, isConfigList } from './config-data.ts';
import { type Finding, MAX_FINDINGS } from './finding.ts';
import { createLocator } from './locate.ts';
import { type ParsedConfig, parseCollectorConfig } from './parse.ts';

/** What a program said of one place; line and column are 0, and the path empty, where it named none that the text has. */
export type ProgramRemark = Pick<Finding, 'path' | 'line' | 'column' | 'message'>;

const SECTIONS = 'receivers|processors|exporters|connectors|extensions|service';
/** `service::pipelines::metrics: references exporter …` */
const NAMED_PATH = new RegExp(String.raw`^((?:${SECTIONS})(?:::[^\s:]+)*): (.+)$`);
/** `'receivers' error reading configuration for "otlp": decoding failed …` */
const IN_COMPONENT = new RegExp(
  String.raw`^'(${SECTIONS})' error reading configuration for "([^"]+)": (.+)$`,
);
/** `'receivers' unknown type: "otlpp" for id: "otlpp" (valid values: [otlp])` */
const UNKNOWN_TYPE = new RegExp(String.raw`^'(${SECTIONS})' (unknown type: .+ for id: "([^"]+)".*)$`);
/** `'protocols.grpc' decoding failed …`, `'endpoint' expected type …` */
const IN_FIELD = /^'([^']*)' (.+)$/;
const INVALID_KEYS = /^has invalid keys: (.+)$/;
const MORE_FOLLOWS = /decoding failed due to the following error\(s\):$/;
const LINE = /\bline (\d+)\b/;

/**
 * What a Collector's own words say of which place of a text: one remark for each error that names a place as the
 * Collector writes it (`receivers::otlp: …`, or the nested lists of a configuration that it cannot decode), else one
 * with all the words. Places that only another layer has keep their path and have no line.
 */
export function collectorRemarks(words: string, text: string): readonly ProgramRemark[] {
  const parsed = parseCollectorConfig(text);
  const place = placesIn(parsed.kind === 'parsed' ? parsed : undefined);
  const remarks: ProgramRemark[] = [];
  let component: ConfigPath | undefined;
  let field: ConfigPath = [];
  for (const line of words.split('\n')) {
    const text = line.trim();
    const named = NAMED_PATH.exec(text);
    const inComponent = IN_COMPONENT.exec(text);
    const unknown = UNKNOWN_TYPE.exec(text);
    if (named !== null) {
      component = undefined;
      remarks.push(place((named[1] ?? '').split('::'), named[2] ?? ''));
    } else if (unknown !== null) {
      component = undefined;
      remarks.push(place([unknown[1] ?? '', unknown[3] ?? ''], unknown[2] ?? ''));
    } else if (inComponent !== null) {
      const [, section = '', id = '', rest = ''] = inComponent;
      component = [section, id];
      field = [];
      if (!MORE_FOLLOWS.test(rest)) remarks.push(place(component, rest));
    } else if (component !== undefined) {
      const [, name = '', rest = ''] = IN_FIELD.exec(text) ?? [];
      if (rest === '') continue;
      if (MORE_FOLLOWS.test(rest)) {
        field = fieldPath(name);
        continue;
      }
      remarks.push(...fieldRemarks(place, [component, field], name, rest));
    }
  }
  if (remarks.length === 0) return [{ path: '', line: 0, column: 0, message: words.trim() }];
  return remarks.slice(0, MAX_FINDINGS);
}

/** What the words of another program say of which line, where they name one that the text has. */
export function lineRemarks(words: string, text: string): readonly ProgramRemark[] {
  const line = Number(LINE.exec(words)?.[1] ?? 0);
  const isThere = line > 0 && line <= text.split('\n').length;
  return [{ path: '', line: isThere ? line : 0, column: isThere ? 1 : 0, message: words.trim() }];
}

type Place = ((path: ConfigPath, message: string) => ProgramRemark) & {
  has(path: ConfigPath): boolean;
};

/** Says of a path where the text has it, as far as it goes. */
function placesIn(parsed: ParsedConfig | undefined): Place {
  const locate = parsed && createLocator(parsed);
  const typed = (path: ConfigPath): ConfigPath =>
    path.map((step, at) =>
      isConfigList(parsed && getAt(parsed.data, path.slice(0, at))) ? Number(step) : step,
    );
  const has = (path: ConfigPath) => parsed !== undefined && getAt(parsed.data, typed(path)) !== undefined;
  const place = (path: ConfigPath, message: string): ProgramRemark => {
    // What only another layer brings has no place here; of what stands here in part, the nearest place is shown.
    const isHere = path.length > 0 && has(path.slice(0, Math.min(2, path.length)));
    const { line, column } = (isHere && locate?.(typed(path), 'key')) || { line: 0, column: 0 };
    return { path: formatPath(path), line, column, message };
  };
  return Object.assign(place, { has });
}

/** The remarks on one field of a component, whose name may be that of a type of Go where the field has none. */
function fieldRemarks(
  place: Place,
  [component, field]: readonly [ConfigPath, ConfigPath],
  name: string,
  rest: string,
): readonly ProgramRemark[] {
  const candidates = [
    [...component, ...field, ...fieldPath(name)],
    [...component, ...fieldPath(name)],
    [...component, ...field],
  ];
  const path = candidates.find((candidate) => place.has(candidate)) ?? component;
  const keys = INVALID_KEYS.exec(rest)?.[1]?.split(', ');
  if (keys === undefined) return [place(path, rest)];
  return keys.map((key) => {
    const full = [...path, key];
    return place(place.has(full) ? full : path, `has the invalid key ${key}`);
  });
}

/** `protocols.grpc`, `operators[0]`; a component's own dots are not told from those between fields. */
function fieldPath(name: string): ConfigPath {
  return name.split(/[.[\]]+/).filter((step) => step !== '');
}
