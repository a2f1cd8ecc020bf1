/** What each capability of the specification means to somebody who operates the agent. */
const WORDS: Record<string, string> = {
  ReportsStatus: 'Reports its status',
  AcceptsRemoteConfig: 'Accepts configurations from Drover',
  ReportsEffectiveConfig: 'Reports its effective configuration',
  AcceptsPackages: 'Installs packages offered by Drover',
  ReportsPackageStatuses: 'Reports its installed packages',
  ReportsOwnTraces: 'Sends its own traces to a given destination',
  ReportsOwnMetrics: 'Sends its own metrics to a given destination',
  ReportsOwnLogs: 'Sends its own logs to a given destination',
  AcceptsOpAMPConnectionSettings: 'Accepts connection settings for Drover',
  AcceptsOtherConnectionSettings: 'Accepts connection settings for other destinations',
  AcceptsRestartCommand: 'Restarts on command',
  ReportsHealth: 'Reports its health',
  ReportsRemoteConfig: 'Reports whether a configuration was applied',
  ReportsHeartbeat: 'Sends heartbeats',
  ReportsAvailableComponents: 'Reports its available components',
  ReportsConnectionSettingsStatus: 'Reports whether connection settings were applied',
};

export const KNOWN_CAPABILITIES: readonly string[] = Object.keys(WORDS);

export function capabilityWord(capability: string): string {
  return WORDS[capability] ?? capability;
}
