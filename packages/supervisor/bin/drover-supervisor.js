#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `drover-supervisor needs Node.js 22.18 or newer and was started by ${process.versions.node}. Start it with "npx drover-supervisor", which brings the right one.\n`,
  );
  process.exit(2);
}
// The bundle starts sooner and is smaller in memory than the modules one by one.
const program = ['../dist/drover-supervisor.cjs', '../dist/main.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));
if (program === undefined) {
  process.stderr.write('drover-supervisor is not built yet: run "npm run build" first.\n');
  process.exit(2);
}
// A supervisor waits nearly all its life: code that is compiled for speed, room for garbage and threads that collect it
// are memory for nothing.
// V8 takes these flags only at its start, so this process is replaced by one that has them, under the same pid.
if (process.platform !== 'win32' && process.execve !== undefined && process.execArgv.length === 0) {
  const flags = [
    '--no-opt',
    '--no-maglev',
    '--optimize-for-size',
    '--max-semi-space-size=1',
    '--single-threaded',
    '--v8-pool-size=0',
  ];
  process.execve(
    process.execPath,
    [process.execPath, ...flags, program, ...process.argv.slice(2)],
    process.env,
  );
}
process.argv[1] = program;
await import(program);
