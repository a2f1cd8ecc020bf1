import {
  compileVariables,
  createLocator,
  expandKeys,
  formatPath,
  type ProgramRemark,
  parseCollectorConfig,
  stringifyConfig,
} from '@drover/collector-config';
import type { ConfigContent } from './config.ts';
import { hostPaths } from './local-paths.ts';
import { resolveReferences } from './local-references.ts';

export type LocalTrial =
  /** What the server's own Collector may be given, and what is to be known of it. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly notes: readonly Pick<ProgramRemark, 'message'>[];
    }
  /** It is not given to it. */
  | {
      readonly kind: 'not_checked';
      readonly reason: string;
      readonly remarks: readonly (Pick<ProgramRemark, 'message'> & Partial<ProgramRemark>)[];
    };

/** Stands for every secret: this host is none that gets them. */
const SECRET_HERE = 'a-secret-of-drover';
const ASK_AN_AGENT = 'check it with an agent';

/**
 * The content as the server's own Collector may be given it: written anew from what was read, so that it says nothing
 * that was not looked at, with no secret, no reference that is looked up, and no path of this host in it.
 */
export function localTrial(
  { body, format, role }: ConfigContent,
  isFragment: boolean,
  isThere: (path: string) => boolean,
): LocalTrial {
  if (format !== 'collector' || role !== '')
    return notChecked('it is no Collector configuration, and the server has a Collector alone');
  if (isFragment)
    return notChecked(`a layer alone is no whole configuration: ${ASK_AN_AGENT} whose stack has it`);
  const compiled = compileVariables(body, 'collector');
  if (compiled.kind === 'refused') return notChecked(compiled.message);
  const resolution = compiled.template.resolve((source) => (source === 'secret' ? SECRET_HERE : undefined));
  if (resolution.kind === 'refused') return notChecked(resolution.message);
  if (resolution.kind === 'unresolved') {
    return notChecked(
      `variables of an agent have no value here: ${ASK_AN_AGENT}, or give them defaults`,
      resolution.missing.map(({ source, key, line, column }) => ({
        line,
        column,
        message: `\${drover:${source}.${key}} has no value on the server itself, and no default: ${ASK_AN_AGENT}`,
      })),
    );
  }
  return checkable(resolution.text, body, isThere);
}

function checkable(resolved: string, body: string, isThere: (path: string) => boolean): LocalTrial {
  const parsed = parseCollectorConfig(resolved);
  if (parsed.kind === 'invalid') return notChecked('the text cannot be read');
  const expanded = expandKeys(parsed.data);
  if (expanded === undefined) return notChecked('it nests too deep');
  const original = parseCollectorConfig(body);
  const locate = createLocator(original.kind === 'parsed' ? original : parsed);
  const at = (path: readonly (string | number)[], message: string) => ({
    path: formatPath(path),
    ...placeOf(locate(path, 'key')),
    message,
  });
  const { data, unknown, unset } = resolveReferences(expanded);
  if (unknown.length > 0) {
    return notChecked(
      `it refers to what this host must not look up: ${ASK_AN_AGENT}`,
      unknown.map(({ path, message }) =>
        at(path, `${message}, which is not done on the server's host: ${ASK_AN_AGENT}`),
      ),
    );
  }
  const paths = hostPaths(data, isThere);
  if (paths.length > 0) {
    return notChecked(
      `it names files of the server's host: ${ASK_AN_AGENT}`,
      paths.map(({ path, text }) =>
        at(path, `"${text}" is there on the server's host, which a check must not read: ${ASK_AN_AGENT}`),
      ),
    );
  }
  const names = unset.toSorted().join(', ');
  const notes = names === '' ? [] : [{ message: `environment variables were taken for unset: ${names}` }];
  return { kind: 'text', text: stringifyConfig(data), notes };
}

function placeOf({ line, column }: { readonly line: number; readonly column: number }) {
  return { line, column };
}

function notChecked(
  reason: string,
  remarks: (LocalTrial & { kind: 'not_checked' })['remarks'] = [{ message: `not checked: ${reason}` }],
): LocalTrial {
  return { kind: 'not_checked', reason, remarks };
}
