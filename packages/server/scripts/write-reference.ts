// Writes the pages of docs/reference that the code determines:
// node --conditions=source packages/server/scripts/write-reference.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { referencePages } from '../src/testing/reference-pages.ts';

const folder = new URL('../../../docs/reference/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(await referencePages())) writeFileSync(new URL(name, folder), text);
