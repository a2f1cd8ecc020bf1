// Writes docs/reference/cli.md: node --conditions=source packages/cli/scripts/write-reference.ts
import { writeFileSync } from 'node:fs';
import { processTerminal } from '../src/process-terminal.ts';
import { buildProgram } from '../src/program.ts';
import { referencePage } from '../src/reference-page.ts';

const page = new URL('../../../docs/reference/cli.md', import.meta.url);
writeFileSync(page, referencePage(buildProgram(processTerminal(process))));
