import { AGENT_CAPABILITIES, SERVER_CAPABILITIES } from './capabilities.ts';

/** The capability bits that both sides must have announced; 0n where a side announces nothing for it. */
export interface Gate {
  readonly agent: bigint;
  readonly server: bigint;
}

const OFFERS_SETTINGS = SERVER_CAPABILITIES.OffersConnectionSettings;

/** What a server may send (specification: Capability Negotiation). */
export const SERVER_GATES = {
  remoteConfig: {
    agent: AGENT_CAPABILITIES.AcceptsRemoteConfig,
    server: SERVER_CAPABILITIES.OffersRemoteConfig,
  },
  packagesAvailable: {
    agent: AGENT_CAPABILITIES.AcceptsPackages,
    server: SERVER_CAPABILITIES.OffersPackages,
  },
  restart: { agent: AGENT_CAPABILITIES.AcceptsRestartCommand, server: 0n },
  availableComponents: { agent: AGENT_CAPABILITIES.ReportsAvailableComponents, server: 0n },
  opamp: { agent: AGENT_CAPABILITIES.AcceptsOpAMPConnectionSettings, server: OFFERS_SETTINGS },
  ownMetrics: { agent: AGENT_CAPABILITIES.ReportsOwnMetrics, server: OFFERS_SETTINGS },
  ownTraces: { agent: AGENT_CAPABILITIES.ReportsOwnTraces, server: OFFERS_SETTINGS },
  ownLogs: { agent: AGENT_CAPABILITIES.ReportsOwnLogs, server: OFFERS_SETTINGS },
  otherConnections: { agent: AGENT_CAPABILITIES.AcceptsOtherConnectionSettings, server: OFFERS_SETTINGS },
} as const satisfies Record<string, Gate>;

/** What an agent may send. Parts that no capability announces are not listed. */
export const AGENT_GATES = {
  health: { agent: AGENT_CAPABILITIES.ReportsHealth, server: 0n },
  effectiveConfig: {
    agent: AGENT_CAPABILITIES.ReportsEffectiveConfig,
    server: SERVER_CAPABILITIES.AcceptsEffectiveConfig,
  },
  remoteConfigStatus: { agent: AGENT_CAPABILITIES.ReportsRemoteConfig, server: 0n },
  packageStatuses: {
    agent: AGENT_CAPABILITIES.ReportsPackageStatuses,
    server: SERVER_CAPABILITIES.AcceptsPackagesStatus,
  },
  availableComponents: { agent: AGENT_CAPABILITIES.ReportsAvailableComponents, server: 0n },
  connectionSettingsStatus: { agent: AGENT_CAPABILITIES.ReportsConnectionSettingsStatus, server: 0n },
  connectionSettingsRequest: {
    agent: AGENT_CAPABILITIES.AcceptsOpAMPConnectionSettings,
    server: SERVER_CAPABILITIES.AcceptsConnectionSettingsRequest,
  },
} as const satisfies Record<string, Gate>;

/** Whether both sides announced what it takes. */
export function isOpen(gate: Gate, agent: bigint, server: bigint): boolean {
  return (agent & gate.agent) === gate.agent && (server & gate.server) === gate.server;
}
