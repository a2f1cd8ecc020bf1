/** What an agent can do, as bits of AgentToServer.capabilities (specification: AgentToServer.capabilities). */
export const AGENT_CAPABILITIES = {
  /** Mandatory: it reports its status. */
  ReportsStatus: 0x1n,
  /** It takes remote configurations. */
  AcceptsRemoteConfig: 0x2n,
  /** It reports the configuration that it runs. */
  ReportsEffectiveConfig: 0x4n,
  /** Beta. It takes packages. */
  AcceptsPackages: 0x8n,
  /** Beta. It reports its packages. */
  ReportsPackageStatuses: 0x10n,
  /** Beta. It takes a destination for traces of its own. */
  ReportsOwnTraces: 0x20n,
  /** Beta. It takes a destination for metrics of its own. */
  ReportsOwnMetrics: 0x40n,
  /** Beta. It takes a destination for logs of its own. */
  ReportsOwnLogs: 0x80n,
  /** Beta. It takes settings for its OpAMP connection. */
  AcceptsOpAMPConnectionSettings: 0x100n,
  /** Beta. It takes settings for connections that it defines itself. */
  AcceptsOtherConnectionSettings: 0x200n,
  /** Beta. It restarts when told to. */
  AcceptsRestartCommand: 0x400n,
  /** It reports its health. */
  ReportsHealth: 0x800n,
  /** It reports what became of remote configurations. */
  ReportsRemoteConfig: 0x1000n,
  /** Development. It sends heartbeats. */
  ReportsHeartbeat: 0x2000n,
  /** Development. It reports the components that it could run. */
  ReportsAvailableComponents: 0x4000n,
  /** Development. It reports what became of connection settings. */
  ReportsConnectionSettingsStatus: 0x8000n,
} as const;

/** The name of one of an agent's capabilities, as the specification spells it. */
export type AgentCapabilityName = keyof typeof AGENT_CAPABILITIES;

/** What a server can do, as bits of ServerToAgent.capabilities (specification: ServerToAgent.capabilities). */
export const SERVER_CAPABILITIES = {
  /** Mandatory: it takes status reports. */
  AcceptsStatus: 0x1n,
  /** It may offer remote configurations. */
  OffersRemoteConfig: 0x2n,
  /** It takes reports of the configuration that runs. */
  AcceptsEffectiveConfig: 0x4n,
  /** Beta. It may offer packages. */
  OffersPackages: 0x8n,
  /** Beta. It takes reports of packages. */
  AcceptsPackagesStatus: 0x10n,
  /** Beta. It may offer connection settings. */
  OffersConnectionSettings: 0x20n,
  /** Development. It takes requests for client certificates. */
  AcceptsConnectionSettingsRequest: 0x40n,
} as const;

/** The name of one of a server's capabilities, as the specification spells it. */
export type ServerCapabilityName = keyof typeof SERVER_CAPABILITIES;

/** The mask of these names; 0n for none. ReportsStatus is in it only where it is named. */
export function agentCapabilityBits(names: Iterable<AgentCapabilityName>): bigint {
  let bits = 0n;
  for (const name of names) bits |= AGENT_CAPABILITIES[name];
  return bits;
}

/** The names of the known bits, in the order of the bits; unknown bits are left out. */
export function agentCapabilityNames(bits: bigint): AgentCapabilityName[] {
  return (Object.keys(AGENT_CAPABILITIES) as AgentCapabilityName[]).filter(
    (name) => (bits & AGENT_CAPABILITIES[name]) !== 0n,
  );
}
