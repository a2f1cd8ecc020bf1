import {
  ConnectionSettingsStatusSchema,
  PackageStatusesSchema,
  RemoteConfigStatusSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage } from '../wire/codec.ts';
import type { ReportedParts } from './server-options.ts';

/**
 * The hashes of what the agent was offered last, as it reported them; undefined where it has not reported any. An offer is due
 * when the hash differs, whatever the status says (specification: the hash fields of the three status messages).
 */
export interface ReportedHashes {
  /** RemoteConfigStatus.last_remote_config_hash. */
  readonly remoteConfig: Uint8Array | undefined;
  /** ConnectionSettingsStatus.last_connection_settings_hash. */
  readonly connectionSettings: Uint8Array | undefined;
  /** PackageStatuses.server_provided_all_packages_hash. */
  readonly packages: Uint8Array | undefined;
}

/** The hashes in these parts, each decoded when it is asked for; they are views on the parts. Cheap enough for every call of `offers`. */
export function reportedHashes(parts: ReportedParts): ReportedHashes {
  return {
    get remoteConfig() {
      const decoded =
        parts.remoteConfigStatus && decodeMessage(RemoteConfigStatusSchema, parts.remoteConfigStatus);
      return decoded?.kind === 'message' ? orNone(decoded.message.lastRemoteConfigHash) : undefined;
    },
    get connectionSettings() {
      const bytes = parts.connectionSettingsStatus;
      const decoded = bytes && decodeMessage(ConnectionSettingsStatusSchema, bytes);
      return decoded?.kind === 'message' ? orNone(decoded.message.lastConnectionSettingsHash) : undefined;
    },
    get packages() {
      const decoded = parts.packageStatuses && decodeMessage(PackageStatusesSchema, parts.packageStatuses);
      return decoded?.kind === 'message' ? orNone(decoded.message.serverProvidedAllPackagesHash) : undefined;
    },
  };
}

/** An empty hash is none. */
function orNone(hash: Uint8Array): Uint8Array | undefined {
  return hash.length === 0 ? undefined : hash;
}
