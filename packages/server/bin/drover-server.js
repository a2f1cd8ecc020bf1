#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `drover-server needs Node.js 22.18 or newer and was started by ${process.versions.node}. Start it with "npx drover-server", which brings the right one.\n`,
  );
  process.exit(2);
}
// The bundle starts sooner than the modules one by one.
const program = ['../dist/drover-server.mjs', '../dist/main.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));
if (program === undefined) {
  process.stderr.write('drover-server is not built yet: run "npm run build" first.\n');
  process.exit(2);
}
// Left alone, V8 keeps 128 MiB of young generation after a burst of reports, more than a thousand agents need. It takes
// this flag only at its start, so this process is replaced by one that has it, under the same pid.
if (process.platform !== 'win32' && process.execve !== undefined && process.execArgv.length === 0) {
  process.execve(
    process.execPath,
    [process.execPath, '--max-semi-space-size=16', program, ...process.argv.slice(2)],
    process.env,
  );
}
process.argv[1] = program;
await import(program);
