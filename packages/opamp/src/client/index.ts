/**
 * `import { createOpampClient } from '@drover/opamp/client'`: an agent's end of the protocol. The URL's scheme chooses the transport:
 * `ws`, `wss`, or `http`, `https` for polling; both behave the same.
 *
 * @module client
 */
export { OPAMP_ERRORS, OpampError, type OpampErrorCode } from '../errors.ts';
export type {
  AgentDescriptionInit,
  ClientTlsOptions,
  CustomMessageInit,
  CustomMessageOutcome,
  OfferedConnectionSettings,
  OfferedRemoteConfig,
  OpampClient,
  OpampClientCallbacks,
  OpampClientOptions,
  RemoteConfigStatusInit,
} from './client-options.ts';
export {
  type AcceptedSettings,
  type ClientState,
  type ClientStateStore,
  fileStateStore,
  memoryStateStore,
} from './client-state.ts';
export { createOpampClient } from './opamp-client.ts';
export type { InstalledPackage, PackageStore, PackageToInstall } from './package-store.ts';
export type { ProxyOptions } from './proxy-options.ts';
