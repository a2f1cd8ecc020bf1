import type { ConfigMap, ConfigPath, ConfigValue } from '@drover/collector-config';
import { getOwn } from '@drover/collector-config';
import { parseEndpoint } from './endpoint.ts';
import { namedFiles, type PolicyHost } from './file-paths.ts';
import { type Effort, exactPath } from './path-pattern.ts';
import { type PlaceUse, plainKey } from './place.ts';
import type { Refusal, Rule, Rules } from './rules.ts';

/** The Collector's own names for its two outputs. */
const STANDARD_OUTPUTS = new Set(['stdout', 'stderr']);
const URL_WITHIN_TEXT = /[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s"'<>,;]*/g;
const FILE_SCHEME = /^(?:file|unix|unixgram|unixpacket|npipe):/i;

/** Judges single texts by the rules of one policy: as what the place says, or as what they look like. */
export class TextJudge {
  readonly #rules: Rules;
  readonly #host: PolicyHost;
  readonly #effort: Effort;

  constructor(rules: Rules, host: PolicyHost, effort: Effort) {
    this.#rules = rules;
    this.#host = host;
    this.#effort = effort;
  }

  /** `beside` is the map that the text stands in. */
  judge(text: string, use: PlaceUse, path: ConfigPath, beside: ConfigMap): Refusal | undefined {
    if (text === '') return undefined;
    switch (use) {
      case 'read':
      case 'write':
      case 'file':
        return this.#fileOrAddress(text, use);
      case 'program':
        return this.#commandLine(text);
      case 'endpoint':
        return this.#endpoint(text, portBeside(path, beside));
      case 'plain':
        return undefined;
      case 'unknown':
        return this.#byLooks(text);
    }
  }

  key(text: string): Refusal | undefined {
    return looksLikeFile(text) ? this.file(text, 'file') : undefined;
  }

  file(text: string, use: 'read' | 'write' | 'file'): Refusal | undefined {
    const rules = [
      ...(use === 'write' ? [] : [this.#rules.read]),
      ...(use === 'read' ? [] : [this.#rules.write]),
    ];
    return this.#files(text, rules);
  }

  /** A program's name as a shell would look it up, or its path. */
  program(text: string): Refusal | undefined {
    if (text.includes('/')) return this.#files(text, [this.#rules.programs]);
    return this.#rules.programs.judge({ paths: exactPath(text), effort: this.#effort }, JSON.stringify(text));
  }

  #files(text: string, rules: readonly Rule<Parameters<Rules['read']['judge']>[0]>[]): Refusal | undefined {
    const set = rules.filter((rule) => rule.isSet);
    if (set.length === 0) return undefined;
    const named = namedFiles(text, this.#host);
    if (named.kind === 'unclear') return this.#unclear(text, named.why);
    for (const rule of set) {
      for (const paths of named.sets) {
        const refusal = rule.judge({ paths, effort: this.#effort }, shown(text));
        if (refusal !== undefined) return refusal;
      }
    }
    return undefined;
  }

  #fileOrAddress(text: string, use: 'read' | 'write' | 'file'): Refusal | undefined {
    if (use === 'write' && STANDARD_OUTPUTS.has(text)) return undefined;
    const isAddress = text.includes('://') && !FILE_SCHEME.test(text);
    return (isAddress ? this.#endpoint(text, undefined) : undefined) ?? this.file(text, use);
  }

  #endpoint(text: string, port: ConfigValue | undefined): Refusal | undefined {
    if (FILE_SCHEME.test(text) || text.startsWith('/')) return this.file(text, 'file');
    if (!this.#rules.endpoints.isSet) return undefined;
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined)
      return this.#unclear(text, 'it is no address that every reader takes for the same');
    const portNumber = endpoint.port ?? (/^\d+$/.test(String(port)) ? Number(port) : undefined);
    return this.#rules.endpoints.judge({ ...endpoint, port: portNumber }, shown(text));
  }

  #commandLine(text: string): Refusal | undefined {
    const words =
      text.match(/"[^"]*"|'[^']*'|\S+/g)?.map((word) => word.replaceAll(/^["']|["']$/g, '')) ?? [];
    const [program, ...others] = words;
    if (program === undefined) return undefined;
    // Without a rule for programs, its path is at least that of a file.
    const refusal = this.#rules.programs.isSet ? this.program(program) : this.#byLooks(program);
    return refusal ?? first(others, (word) => this.#byLooks(word));
  }

  #byLooks(text: string): Refusal | undefined {
    if (looksLikeFile(text)) return this.file(text, 'file');
    const embedded = /=(\/[^\s;,&]*)/.exec(text)?.[1];
    const refusal = embedded === undefined ? undefined : this.file(embedded, 'file');
    if (refusal !== undefined) return refusal;
    if (/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?:\d{1,5}$/.test(text))
      return this.#endpoint(text, undefined);
    return first(text.match(URL_WITHIN_TEXT) ?? [], (url) => this.#endpoint(url, undefined));
  }

  #unclear(text: string, why: string): Refusal {
    return { rule: this.#rules.path, because: `${shown(text)} cannot be judged: ${why}` };
  }
}

function first<T>(items: readonly T[], judge: (item: T) => Refusal | undefined): Refusal | undefined {
  for (const item of items) {
    const refusal = judge(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Absolute, at home, on a drive or a share, climbing, or an address of a file. */
function looksLikeFile(text: string): boolean {
  return (
    /^(?:\/|~|[A-Za-z]:[\\/]|\\\\)/.test(text) ||
    FILE_SCHEME.test(text) ||
    /(?:^|[\\/])\.\.(?:[\\/]|$)/.test(text)
  );
}

/** Some components write host and port apart. */
function portBeside(path: ConfigPath, beside: ConfigMap): ConfigValue | undefined {
  if (!/^(?:.*_)?host(?:name)?$/.test(plainKey(path))) return undefined;
  const key = Object.keys(beside).find((each) => each.toLowerCase() === 'port');
  return key === undefined ? undefined : getOwn(beside, key);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
