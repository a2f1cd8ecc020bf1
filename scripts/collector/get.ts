// Prints the path of a Collector on standard output, getting one first where there is none.
import { findCollector } from './find-collector.ts';

const collector = await findCollector();
if (collector.kind === 'found') {
  process.stdout.write(`${collector.path}\n`);
} else {
  process.stderr.write(`${collector.reason}\n`);
  process.exitCode = 1;
}
