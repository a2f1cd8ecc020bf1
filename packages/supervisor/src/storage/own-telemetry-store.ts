import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectionSettingsOffersSchema, decodeMessage } from '@drover/opamp';
import { type OwnTelemetry, offeredDestination, SIGNALS } from '../own-telemetry/destination.ts';
import type { Secrets } from '../secrets.ts';
import { durableFile } from './durable-file.ts';

export interface OwnTelemetryStore {
  /** What was accepted, or what the upstream supervisor left in this folder; empty where there is nothing. */
  load(): OwnTelemetry;
  save(ownTelemetry: OwnTelemetry): void;
}

/** Where the agent's own telemetry goes, over restarts, in a file of its own that holds secrets; those that are loaded are added to `secrets`. */
export function ownTelemetryStore(folder: string, secrets: Secrets): OwnTelemetryStore {
  const file = durableFile(join(folder, 'own-telemetry.json'), fromJson);
  return {
    load() {
      const stored = file.read() ?? upstreamOffer(join(folder, 'last_recv_own_telemetry_config.dat'));
      for (const { headers } of Object.values(stored)) secrets.addHeaders(headers ?? {});
      return stored;
    },
    save: (ownTelemetry) => file.write(ownTelemetry),
  };
}

function fromJson(json: unknown): OwnTelemetry | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const isWhole = Object.entries(json).every(
    ([signal, destination]) =>
      SIGNALS.some((each) => each === signal) && typeof destination?.endpoint === 'string',
  );
  return isWhole ? (json as OwnTelemetry) : undefined;
}

/** Upstream keeps the last offer as it came. */
function upstreamOffer(path: string): OwnTelemetry {
  if (!existsSync(path)) return {};
  const decoded = decodeMessage(ConnectionSettingsOffersSchema, readFileSync(path));
  if (decoded.kind === 'bad_message') return {};
  const { ownMetrics: metrics, ownLogs: logs, ownTraces: traces } = decoded.message;
  const offered = { metrics, logs, traces };
  return Object.fromEntries(
    SIGNALS.flatMap((signal) => {
      const settings = offered[signal];
      const read = settings && offeredDestination(signal, settings);
      return read?.kind === 'destination' ? [[signal, read.destination]] : [];
    }),
  );
}
