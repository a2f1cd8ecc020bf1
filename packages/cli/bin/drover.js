#!/usr/bin/env node
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `drover needs Node.js 22.18 or newer and was started by ${process.versions.node}. Start it with "npx drover", which brings the right one.\n`,
  );
  process.exit(2);
}
const program = new URL('../dist/main.js', import.meta.url);
if (!existsSync(program)) {
  process.stderr.write('drover is not built yet: run "npm run build" first.\n');
  process.exit(2);
}
await import(program.href);
