import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './support/drover.ts';
import { ROOT } from './support/process.ts';

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.skipIf(!hasSystemd)('the systemd unit', () => {
  test('is one that systemd understands, every line of it', async () => {
    await using folder = await temporaryFolder('unit');
    const unit = readFileSync(`${ROOT}deploy/systemd/drover-supervisor.service`, 'utf8');
    const file = join(folder.path, 'drover-supervisor.service');
    const verify = (text: string) => {
      // Nothing is installed here.
      writeFileSync(file, text.replace('/usr/local/bin/drover-supervisor', '/bin/true'));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
      return { status, said: `${stdout}${stderr}` };
    };
    expect(verify(unit)).toEqual({ status: 0, said: '' });
    // The question is one that has another answer.
    expect(verify(unit.replace('KillMode=process', 'KillMod=process')).said).toContain('KillMod');
  });
});
