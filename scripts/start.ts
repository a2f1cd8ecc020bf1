// The control plane alone, built first where that is missing. Standard output belongs to the server's ready line.
import { build } from './build.ts';
import { runForeground } from './lib/foreground.ts';

process.exitCode = (await build())
  ? await runForeground('packages/server/bin/drover-server.js', process.argv.slice(2))
  : 1;
