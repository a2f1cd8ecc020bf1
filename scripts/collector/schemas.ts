// Makes component schemas: of the project's own Collector into the server's package, or of any distribution.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../lib/outcome.ts';
import { stderrProgress } from '../lib/progress.ts';
import { ROOT } from '../lib/run.ts';
import { MANIFEST } from './cache.ts';
import { makeSchemas } from './make-schemas.ts';

const USAGE = `Makes the component schemas of a Collector distribution, for \`drover schemas put FILE\`.

Usage: npm run schemas -- [--manifest FILE] [--output FILE]

  --manifest FILE  manifest of the OpenTelemetry Collector Builder (default: the project's own)
  --output FILE    where they are written (default: packages/server/schemas/NAME-VERSION.json)

Needs Go and its module proxy. The first time takes as long as building that Collector does.
`;

try {
  const { values } = parseArgs({
    options: {
      manifest: { type: 'string', default: MANIFEST },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const progress = stderrProgress('schemas');
    const { manifest, json } = await makeSchemas(resolve(values.manifest), progress);
    const name = `${manifest.distribution}-${manifest.version}.json`;
    const output = resolve(values.output ?? join(ROOT, 'packages/server/schemas', name));
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, json);
    progress.say(`wrote ${output}`);
  }
} catch (error) {
  process.stderr.write(`component schemas were not made: ${errorText(error)}\n`);
  process.exitCode = 1;
}
