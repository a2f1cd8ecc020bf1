import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionSettingsOffersSchema, create, encodeMessage } from '@drover/opamp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secrets } from '../secrets.ts';
import { ownTelemetryStore } from './own-telemetry-store.ts';

let folder: string;
let secrets: Secrets;
beforeEach(() => {
  secrets = new Secrets();
  folder = mkdtempSync(join(tmpdir(), 'drover-own-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const metrics = { endpoint: 'https://t/v1/metrics', headers: { Authorization: 'Bearer own-secret' } };

test('what was accepted outlives the process, for the eyes of its owner alone', () => {
  ownTelemetryStore(folder, secrets).save({ metrics });
  expect(ownTelemetryStore(folder, secrets).load()).toEqual({ metrics });
  expect(secrets.mask('own-secret is expired')).toBe('[REDACTED] is expired');
  expect(statSync(join(folder, 'own-telemetry.json')).mode & 0o777).toBe(0o600);
});

test("upstream's last offer is taken over, until something of our own is there", () => {
  const offers = create(ConnectionSettingsOffersSchema, {
    ownMetrics: {
      destinationEndpoint: metrics.endpoint,
      headers: { headers: [{ key: 'Authorization', value: 'Bearer own-secret' }] },
    },
    ownLogs: { destinationEndpoint: 'nonsense' },
  });
  writeFileSync(
    join(folder, 'last_recv_own_telemetry_config.dat'),
    encodeMessage(ConnectionSettingsOffersSchema, offers),
  );
  expect(ownTelemetryStore(folder, secrets).load()).toEqual({ metrics });
  ownTelemetryStore(folder, secrets).save({});
  expect(ownTelemetryStore(folder, secrets).load()).toEqual({});
});

test.each(['', 'garbage', 'e3b0\n{"metrics": 7}\n'])('a damaged file is none: %j', (text) => {
  for (const name of ['own-telemetry.json', 'last_recv_own_telemetry_config.dat'])
    writeFileSync(join(folder, name), text);
  expect(ownTelemetryStore(folder, secrets).load()).toEqual({});
});
