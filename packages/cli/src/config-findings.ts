import {
  type ApiClient,
  type ConfigFormat,
  type ConfigTrial,
  type ConfigTrialWith,
  type FieldsCheckedBy,
  type Finding,
  printableLine,
} from '@drover/api';
import type { ConfigFile } from './config-files.ts';
import { type Paint, paintState } from './output/paint.ts';

/** One finding in the form that editors and CI systems recognise: `file:line:column: severity: message`. */
export function findingText(path: string, finding: Finding, paint: Paint): string {
  const place = finding.line > 0 ? `${path}:${finding.line}:${Math.max(1, finding.column)}` : path;
  const where = finding.path === '' ? '' : ` [${printableLine(finding.path)}]`;
  return `${place}: ${paintState(paint, finding.severity)}: ${printableLine(finding.message)}${where}\n`;
}

export interface CheckedFile {
  readonly path: string;
  readonly valid: boolean;
  readonly problems: readonly Finding[];
  /** What its settings were held against; absent where they were not looked at. */
  readonly schemas?: readonly FieldsCheckedBy[];
  /** Where a program was to be asked. */
  readonly trial?: ConfigTrial;
}

/** What the settings of a file were held against. */
export function checkedByText(schemas: readonly FieldsCheckedBy[]): string {
  if (schemas.length === 0) return 'fields not checked: no schemas are known for these agents';
  const names = schemas.map(({ distribution, version, match }) => {
    const name = printableLine(`${distribution} ${version}`);
    return match === 'assumed' ? `${name}, since no agents are named` : name;
  });
  return `fields checked by ${names.join(', ')}`;
}

/** The server's findings for each file. `selector` adds checks against the components that these agents report, `using` has a program asked. */
export async function checkFiles(
  api: ApiClient,
  files: readonly (ConfigFile & {
    readonly format?: ConfigFormat;
    readonly role?: string;
    readonly isFragment?: boolean;
    readonly name?: string;
  })[],
  selector: string | undefined,
  using?: ConfigTrialWith,
): Promise<CheckedFile[]> {
  const checked: CheckedFile[] = [];
  for (const { path, body, contentType, format, role, isFragment, name } of files) {
    // A supplementary file is no configuration.
    const read = format ?? (role === undefined || role === '' ? undefined : 'other');
    const result = await api.validateConfig({
      body,
      contentType,
      ...(read === undefined ? {} : { format: read }),
      ...(isFragment === true ? { isFragment } : {}),
      ...(selector === undefined ? {} : { selector }),
      ...(using === undefined ? {} : { with: using, ...(name === undefined ? {} : { name }) }),
    });
    const { valid, problems, schemas, trial } = result;
    checked.push({
      path,
      valid,
      problems,
      ...(schemas === undefined ? {} : { schemas }),
      ...(trial === undefined ? {} : { trial }),
    });
  }
  return checked;
}
