import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

const SYSTEMD = new URL('../../../../deploy/systemd/', import.meta.url);
const UNIT = readFileSync(new URL('drover-supervisor.service', SYSTEMD), 'utf8');

function unitValue(key: string): string | undefined {
  return new RegExp(`^${key}=(.*)$`, 'm').exec(UNIT)?.[1];
}

test('the settings that go with the systemd unit are valid, ask for nothing without effect, and fit the unit', () => {
  const read = readSettings(fileURLToPath(new URL('supervisor.yaml', SYSTEMD)), {});
  if (read.kind === 'invalid') throw new Error(read.problems.join('\n'));
  expect(read.notices).toEqual([]);
  expect(read.settings.storageFolder).toBe(`/var/lib/${unitValue('StateDirectory')}`);
  expect(unitValue('ExecStart')).toContain(
    `--config /etc/${unitValue('ConfigurationDirectory')}/supervisor.yaml`,
  );
  const [agent] = read.settings.agents;
  const stopSeconds = Number(unitValue('TimeoutStopSec')?.replace('s', ''));
  expect(stopSeconds * 1_000).toBeGreaterThan((agent?.stopLimitMs ?? 0) + 5_000);
});

test('the unit signals the supervisor alone, so that agents outlive it', () => {
  expect(unitValue('KillMode')).toBe('process');
  expect(unitValue('OOMPolicy')).toBe('continue');
  // A private /tmp of the next supervisor would not be that of the agents that it adopts.
  expect(unitValue('PrivateTmp')).toBeUndefined();
});
