import {
  type ConfigMap,
  expandKeys,
  formatPath,
  maskSecretsInText,
  parseCollectorConfig,
} from '@drover/collector-config';
import type { ConfigJudge } from '../policy/judge-config.ts';
import type { ComposedFile } from '../storage/config-folder.ts';

export interface JudgedFiles {
  readonly judge: ConfigJudge;
  /** Without a policy nothing is judged. */
  readonly hasPolicies: boolean;
  readonly files: readonly ComposedFile[];
  /** Reads a file that is no YAML; undefined where it is none of those that this reader knows. */
  readonly readOther: (text: string, name: string) => ConfigMap | undefined;
}

/** Why the host's policy does not let remote files run, undefined where it does. A file that cannot be read as data cannot be judged, and is not let run. */
export function forbiddenFiles({ judge, hasPolicies, files, readOther }: JudgedFiles): string | undefined {
  if (!hasPolicies) return undefined;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (const { name, body } of files) {
    const title = name === '' ? 'the remote file without a name' : `the remote file "${name}"`;
    let text: string;
    try {
      text = typeof body === 'string' ? body : decoder.decode(body);
    } catch {
      return `the policy of this host forbids it: ${title} is no text and cannot be judged`;
    }
    const data = readOther(text, name) ?? readYaml(text);
    if (data === undefined)
      return `the policy of this host forbids it: ${title} is of a format that cannot be judged`;
    // A program may be a Collector too, which takes keys with "::" for maps in maps.
    const asCollector = expandKeys(data);
    if (asCollector === undefined)
      return `the policy of this host forbids it: ${title} nests too deep to be judged`;
    const inWords = judge.violations(data, {});
    const [violation, ...others] = inWords.length > 0 ? inWords : judge.violations(asCollector, {});
    if (violation !== undefined) {
      const lines = [violation, ...others].map(
        ({ rule, message, path }) => `${rule}: ${message} at ${formatPath(path)} of ${title}`,
      );
      return maskSecretsInText(`the policy of this host forbids it: ${lines.join('\n')}`);
    }
  }
  return undefined;
}

function readYaml(text: string): ConfigMap | undefined {
  const parsed = parseCollectorConfig(text);
  return parsed.kind === 'invalid' ? undefined : parsed.data;
}
