import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { processTerminal } from './process-terminal.ts';
import { buildProgram } from './program.ts';
import { referencePage } from './reference-page.ts';

test('docs/reference/cli.md says what the command takes; write-reference.ts writes it anew', () => {
  const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');
  expect(page).toBe(referencePage(buildProgram(processTerminal(process))));
});
