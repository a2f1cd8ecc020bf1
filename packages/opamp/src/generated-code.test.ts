import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the committed protobuf code is what the .proto files generate', async () => {
  const script = fileURLToPath(new URL('../scripts/check-generated.ts', import.meta.url));
  await expect(promisify(execFile)(process.execPath, [script])).resolves.toMatchObject({ stderr: '' });
}, 60_000);
