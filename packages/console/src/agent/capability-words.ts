/** What each capability of the specification means to somebody who operates the agent. */
const WORDS: Record<string, string> = {
  ReportsStatus: 'Says what it is and how it is',
  AcceptsRemoteConfig: 'Takes configurations from Drover',
  ReportsEffectiveConfig: 'Shows the configuration that it really runs',
  AcceptsPackages: 'Installs packages that Drover offers',
  ReportsPackageStatuses: 'Shows which packages it has installed',
  ReportsOwnTraces: 'Sends its own traces where Drover says',
  ReportsOwnMetrics: 'Sends its own metrics where Drover says',
  ReportsOwnLogs: 'Sends its own logs where Drover says',
  AcceptsOpAMPConnectionSettings: 'Takes new connection settings for Drover itself',
  AcceptsOtherConnectionSettings: 'Takes connection settings for other destinations',
  AcceptsRestartCommand: 'Restarts when told to',
  ReportsHealth: 'Reports its health',
  ReportsRemoteConfig: 'Says whether a configuration was applied',
  ReportsHeartbeat: 'Sends heartbeats',
  ReportsAvailableComponents: 'Lists the components built into it',
  ReportsConnectionSettingsStatus: 'Says whether connection settings were applied',
};

export const KNOWN_CAPABILITIES: readonly string[] = Object.keys(WORDS);

export function capabilityWord(capability: string): string {
  return WORDS[capability] ?? capability;
}
