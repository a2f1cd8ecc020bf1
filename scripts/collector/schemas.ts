// Makes component schemas: of the project's own Collector into the server's package, or of any distribution.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../lib/outcome.ts';
import { stderrProgress } from '../lib/progress.ts';
import { onPath, ROOT, run } from '../lib/run.ts';
import { MANIFEST } from './cache.ts';
import { makeSchemas } from './make-schemas.ts';
import { manifestOfComponents } from './manifest-of-components.ts';

const USAGE = `Makes the component schemas of a Collector distribution, for \`drover schemas put FILE\`.

Usage: npm run schemas -- [--collector PROGRAM | --components FILE | --manifest FILE] [--output FILE]

  --collector PROGRAM  a Collector on this machine, which says itself what is in it
  --components FILE    what a Collector elsewhere prints: otelcol components > FILE; some Collectors leave out
                       components that have a second name, such as the OTLP exporters
  --manifest FILE      manifest of the OpenTelemetry Collector Builder (default: the project's own)
  --output FILE        where they are written (default: NAME-VERSION.json in this folder, of the
                       project's own packages/server/schemas/NAME-VERSION.json)

A Collector that was built with replaced modules (\`replaces\`) needs its manifest.

Needs Go and its module proxy. The first time takes as long as building that Collector does.
`;

interface Source {
  readonly manifest?: string | undefined;
  readonly collector?: string | undefined;
  readonly components?: string | undefined;
}

/** npm runs scripts in the project's folder; paths are meant from where it was called. */
function callerFolder(): string {
  return process.env.INIT_CWD ?? process.cwd();
}

async function withManifest<T>(source: Source, use: (path: string) => Promise<T>): Promise<T> {
  const { manifest, collector, components } = source;
  if ([manifest, collector, components].filter((given) => given !== undefined).length > 1)
    throw new Error('give one of --collector, --components and --manifest');
  if (collector === undefined && components === undefined)
    return use(manifest === undefined ? MANIFEST : resolve(callerFolder(), manifest));
  const folder = mkdtempSync(join(tmpdir(), 'drover-manifest-'));
  try {
    const path = join(folder, 'manifest.yaml');
    const text = await printedBy(collector, components);
    writeFileSync(path, manifestOfComponents(text, await linkedInto(collector)));
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function printedBy(collector: string | undefined, components: string | undefined): Promise<string> {
  if (components !== undefined) return readFileSync(resolve(callerFolder(), components), 'utf8');
  const program = programPath(collector ?? '') ?? '';
  const { code, stdout, stderr } = await run(program, ['components']);
  if (code !== 0) throw new Error(`${program} components ended with ${code}: ${stderr.trim().slice(0, 500)}`);
  return stdout;
}

/** What Go says of the modules in a program; nothing where it cannot. */
async function linkedInto(collector: string | undefined): Promise<string> {
  const go = onPath(['go']);
  const program = collector === undefined ? undefined : programPath(collector);
  if (go === undefined || program === undefined) return '';
  return (await run(go, ['version', '-m', program])).stdout;
}

function programPath(collector: string): string | undefined {
  return collector.includes('/') ? resolve(callerFolder(), collector) : onPath([collector]);
}

try {
  const { values } = parseArgs({
    options: {
      manifest: { type: 'string' },
      collector: { type: 'string' },
      components: { type: 'string' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const progress = stderrProgress('schemas');
    const { manifest, json } = await withManifest(values, (path) => makeSchemas(path, progress));
    const name = `${manifest.distribution}-${manifest.version}.json`;
    const isOwn = [values.manifest, values.collector, values.components].every(
      (given) => given === undefined,
    );
    const output = resolve(
      values.output ?? join(isOwn ? join(ROOT, 'packages/server/schemas') : callerFolder(), name),
    );
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, json);
    progress.say(`wrote ${output}`);
  }
} catch (error) {
  process.stderr.write(`component schemas were not made: ${errorText(error)}\n`);
  process.exitCode = 1;
}
