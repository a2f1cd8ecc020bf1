import { type Found, missing } from '../lib/outcome.ts';
import { isExecutable, run } from '../lib/run.ts';

/** What Drover's demo and tests need of a Collector, as `otelcol components` names it. */
const NEEDED: readonly (readonly [section: string, names: readonly string[]])[] = [
  ['receivers', ['hostmetrics', 'prometheus']],
  ['exporters', ['debug']],
  ['extensions', ['opamp']],
];

/** Asks a binary by `components` whether it is a Collector with all that is needed. */
export async function probeCollector(path: string): Promise<Found<{ path: string }>> {
  if (!isExecutable(path)) return missing(`${path} is no executable file`);
  const asked = await run(path, ['components'], { timeoutMs: 20_000 });
  if (asked.code !== 0) {
    return missing(`\`${path} components\` failed: ${asked.stderr.trim().split('\n')[0] ?? 'it was killed'}`);
  }
  const has = componentNames(asked.stdout);
  const lacks = NEEDED.flatMap(([section, names]) =>
    names.filter((name) => !has.get(section)?.has(name)).map((name) => `${section.slice(0, -1)} ${name}`),
  );
  if (lacks.length > 0) return missing(`${path} lacks ${lacks.join(', ')}`);
  return { kind: 'found', path };
}

/** Section → component names, from the YAML that `components` prints (its fixed layout, so no parser is needed). */
function componentNames(yaml: string): ReadonlyMap<string, ReadonlySet<string>> {
  const sections = new Map<string, Set<string>>();
  let names = new Set<string>();
  for (const line of yaml.split('\n')) {
    const section = /^([a-z]+):/.exec(line)?.[1];
    if (section !== undefined) {
      names = new Set();
      sections.set(section, names);
    }
    const name = /^\s+- name: (\S+)/.exec(line)?.[1] ?? /^\s+- ([a-z]\S*)$/.exec(line)?.[1];
    if (name !== undefined) names.add(name);
  }
  return sections;
}
